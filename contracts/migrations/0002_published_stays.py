"""A published policy stays as it is: the trigger binds the owner of the table too."""

from django.db import migrations

UP = """
CREATE FUNCTION contracts_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published policy stays as it is: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON contracts_policyversion
  FOR EACH ROW EXECUTE FUNCTION contracts_published_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON contracts_policyversion
  FOR EACH STATEMENT EXECUTE FUNCTION contracts_published_stays();
"""
DOWN = """
DROP TRIGGER stays ON contracts_policyversion;
DROP TRIGGER stays_whole ON contracts_policyversion;
DROP FUNCTION contracts_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
