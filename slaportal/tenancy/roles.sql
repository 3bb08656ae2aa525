-- Once per CLUSTER, as a superuser: roles are shared by all its databases, so no migration touches them.
-- portal_owner migrates and owns, and no process runs as it; portal_web and portal_jobs are the two logins, which may
-- do nothing with contents until they take one of the three roles that cannot log in.
DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(7526471);
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_owner') THEN
    CREATE ROLE portal_owner LOGIN CREATEDB;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_staff') THEN
    CREATE ROLE portal_staff NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_customer') THEN
    CREATE ROLE portal_customer NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_platform') THEN
    CREATE ROLE portal_platform NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_web') THEN
    CREATE ROLE portal_web LOGIN NOINHERIT;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_jobs') THEN
    CREATE ROLE portal_jobs LOGIN NOINHERIT;
  END IF;
  GRANT portal_staff, portal_customer TO portal_web;
  GRANT portal_staff, portal_customer, portal_platform TO portal_jobs;
END $$;
