"""What stands in a ticket's log stays: the trigger binds the owner of the table too."""

from django.db import migrations

UP = """
CREATE FUNCTION tickets_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log of a ticket stays as it is: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON tickets_ticketevent
  FOR EACH ROW EXECUTE FUNCTION tickets_log_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON tickets_ticketevent
  FOR EACH STATEMENT EXECUTE FUNCTION tickets_log_stays();
"""
DOWN = """
DROP TRIGGER stays ON tickets_ticketevent;
DROP TRIGGER stays_whole ON tickets_ticketevent;
DROP FUNCTION tickets_log_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
