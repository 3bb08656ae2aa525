"""`tenancy_create_provider`: the one way a provider comes to be, for operators and for the workers' login."""

from django.db import migrations

UP = """
CREATE FUNCTION tenancy_create_provider(its_slug text, its_name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made bigint;
BEGIN
  IF session_user <> 'portal_jobs' AND NOT EXISTS (
    SELECT 1 FROM tenancy_user u
    WHERE u.id = current_setting('app.user_id')::bigint AND u.is_operator AND u.is_active
  ) THEN
    RAISE EXCEPTION 'only an operator of the installation creates providers' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO tenancy_provider (slug, name, mfa_required, created_at)
  VALUES (its_slug, its_name, false, clock_timestamp()) RETURNING id INTO made;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION tenancy_create_provider(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy_create_provider(text, text) TO portal_web, portal_jobs;
"""
DOWN = "DROP FUNCTION tenancy_create_provider(text, text);"


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
