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
  return `
-- The user that the API connects as. NOINHERIT: it has no rights until it switches to ${requestRoleName}.
do $login$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = ${quoteText(login)}) then
    create role ${quoteName(login)} login noinherit nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
end
$login$;
${grantSql(quoteName(login), quoteText(login))}
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
export const grantToCurrentUser: string = grantSql("current_user", "current_user");

/**
 * From Postgres 16 on, the creator of a role may administer it but not switch to it; before, being a member
 * was enough.
 */
function grantSql(user: string, userText: string): string {
  return `
do $grant$
declare
  privilege text := case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end;
begin
  if not pg_catalog.pg_has_role(${userText}, '${requestRoleName}', privilege) then
    grant ${requestRoleName} to ${user};
  end if;
exception
  when insufficient_privilege then
    raise exception 'an administrator must run: GRANT ${requestRoleName} TO %', quote_ident(${userText})
      using errcode = '42501';
end
$grant$;`.trimStart();
}
