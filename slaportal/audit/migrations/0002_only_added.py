"""The audit is only added to: triggers that bind the owner of the tables too, until somebody disables them."""

from django.db import migrations

UP = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only added to: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_event_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  NEW.number := NULL;
  NEW.digest := NULL;
  RETURN NEW;
END $$;

CREATE FUNCTION audit_event_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.number IS NULL AND OLD.digest IS NULL AND NEW.number IS NOT NULL AND NEW.digest IS NOT NULL THEN
    OLD.number := NEW.number;
    OLD.digest := NEW.digest;
    IF OLD *= NEW THEN  -- by the bytes: 1.0 and 1.00 are equal, and still a change
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is only added to: an event is sealed once and never changed'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_head_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  IF TG_OP = 'INSERT' THEN
    NEW.number := 0;
    NEW.digest := repeat('0', 64);
  ELSIF NEW.id <> OLD.id OR NEW.provider_id <> OLD.provider_id OR NEW.number <= OLD.number THEN
    RAISE EXCEPTION 'the head of the audit only moves on' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER added BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_added();
CREATE TRIGGER sealed BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_sealed();
CREATE TRIGGER stays BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_moves();
CREATE TRIGGER stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
"""
DOWN = """
DROP TRIGGER added ON audit_event; DROP TRIGGER sealed ON audit_event;
DROP TRIGGER stays ON audit_event; DROP TRIGGER stays_whole ON audit_event;
DROP TRIGGER moves ON audit_head; DROP TRIGGER stays ON audit_head; DROP TRIGGER stays_whole ON audit_head;
DROP FUNCTION audit_head_moves(); DROP FUNCTION audit_event_sealed(); DROP FUNCTION audit_event_added();
DROP FUNCTION audit_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
