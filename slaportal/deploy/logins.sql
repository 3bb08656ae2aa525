-- psql as a superuser, after slaportal/tenancy/roles.sql: the passwords from the environment, the database, and who may
-- connect. May run at any time and again: it also changes passwords. Nothing of it reaches the server's log.
\set ON_ERROR_STOP on
\getenv owner_password PORTAL_OWNER_PASSWORD
\getenv web_password PORTAL_WEB_PASSWORD
\getenv jobs_password PORTAL_JOBS_PASSWORD
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';

-- A password that is not set, or is too short, stops here, before anything is changed.
SELECT least(length(:'owner_password'), length(:'web_password'), length(:'jobs_password')) < 16 AS too_short \gset
\if :too_short
DO $$ BEGIN
  RAISE EXCEPTION 'PORTAL_OWNER_PASSWORD, PORTAL_WEB_PASSWORD and PORTAL_JOBS_PASSWORD take 16 letters or more each: openssl rand -hex 32';
END $$;
\endif
ALTER ROLE portal_owner PASSWORD :'owner_password';
ALTER ROLE portal_web PASSWORD :'web_password';
ALTER ROLE portal_jobs PASSWORD :'jobs_password';
-- roles.sql lets the owner make databases, which only tests do.
ALTER ROLE portal_owner NOCREATEDB;

SELECT 'CREATE DATABASE portal OWNER portal_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal')
\gexec
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_web, portal_jobs;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
