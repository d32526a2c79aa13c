-- The role that requests run as. Roles belong to the whole cluster: another database may have made it already, or be
-- making it at this very moment.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'usher_api') THEN
    CREATE ROLE usher_api NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN
    NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'an administrator must run: CREATE ROLE usher_api NOLOGIN; GRANT usher_api TO %', quote_ident(current_user)
      USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
-- Lets this user leave its own rights for those of the role. From Postgres 16 on, a role's creator may administer it but
-- not take it; before, being a member was enough.
DO $$
DECLARE
  privilege text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  IF NOT pg_catalog.pg_has_role('usher_api', privilege) THEN
    GRANT usher_api TO CURRENT_USER;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'an administrator must run: GRANT usher_api TO %', quote_ident(current_user)
      USING ERRCODE = 'insufficient_privilege';
END
$$;
