import { quoteName, quoteText, requestRoleName } from "./names.ts";

/**
 * The SQL for the user that the API connects as: creates it, without a password, unless it exists, and lets
 * it switch to the role in which requests run. It gets no other right. Nobody but the owners may create
 * tables that hide others, temporary ones or in the schema public.
 *
 * Give it a password of your own: `\password api` in psql.
 *
 * @example
 * ```ts
 * import { loginSql } from "@usher-auth/postgres";
 *
 * console.log(loginSql("api"));
 * ```
 */
export function loginSql(login: string): string {
  const name = quoteName(login);
  const text = quoteText(login);
  return `
-- The user that the API connects as. NOINHERIT: it has no rights until it switches to ${requestRoleName}. Another
-- database of the cluster may have created it already, or be creating it at this moment.
do $login$
declare
  is_new boolean := not exists (select from pg_catalog.pg_roles where rolname = ${text});
begin
  if is_new then
    begin
      create role ${name} login noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
    exception
      when duplicate_object or unique_violation then
        null;
    end;
  end if;
${grantSql(name, text)}
exception
  when insufficient_privilege then
    raise exception 'an administrator must run: %GRANT ${requestRoleName} TO %',
      case when is_new then format('CREATE ROLE %I LOGIN NOINHERIT; ', ${text}) else '' end, quote_ident(${text})
      using errcode = '42501';
end
$login$;
-- A temporary table, or one in the schema public, could take the place of a table of yours.
do $create$
begin
  execute format('revoke temporary on database %I from public', current_database());
  if to_regnamespace('public') is not null then
    revoke create on schema public from public;
  end if;
end
$create$;
`.trimStart();
}

/** Lets the user who migrates switch to the role in which requests run. */
export const grantToCurrentUser: string = `
do $grant$
begin
${grantSql("current_user", "current_user")}
exception
  when insufficient_privilege then
    raise exception 'an administrator must run: GRANT ${requestRoleName} TO %', quote_ident(current_user)
      using errcode = '42501';
end
$grant$;`.trimStart();

/**
 * From Postgres 16 on, the creator of a role may administer it but not switch to it; before, being a member
 * was enough.
 */
function grantSql(user: string, userText: string): string {
  return `
  if not pg_catalog.pg_has_role(${userText}, '${requestRoleName}',
    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
  then
    begin
      grant ${requestRoleName} to ${user};
    exception
      when unique_violation then
        null;
    end;
  end if;`.slice(1);
}
