"""A closed period stays as it is, but for the marks by which workers find it: the trigger binds the owner too."""

from django.db import migrations

UP = """
CREATE FUNCTION uptime_closed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  same uptime_subscriptionperiod%ROWTYPE;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    same := NEW;
    same.marked_at := OLD.marked_at;
    same.look_at := OLD.look_at;
    same.assessed := OLD.assessed;
    IF same IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a closed period stays as it is: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON uptime_subscriptionperiod
  FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION uptime_closed_stays();
"""
DOWN = """
DROP TRIGGER stays ON uptime_subscriptionperiod;
DROP FUNCTION uptime_closed_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("uptime", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
