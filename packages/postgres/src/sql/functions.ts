import { requestRoleName } from "./names.ts";
import { revokeAll } from "./privileges.ts";

/** Ids are compared byte by byte, and the proof of a principal counts bytes. */
const requireUtf8 = `
do $encoding$
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'row isolation needs a database in UTF8, not %', current_setting('server_encoding');
  end if;
end
$encoding$;`;

/** Creates the role, unless it exists: roles belong to the whole cluster, and another database may have it. */
const createRole = `
-- The role in which requests run. Roles belong to the whole cluster: another database may have created it
-- already, or be creating it at this moment.
do $role$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = '${requestRoleName}') then
    create role ${requestRoleName} nologin;
  end if;
exception
  when duplicate_object or unique_violation then
    null;
  when insufficient_privilege then
    raise exception 'an administrator must run: CREATE ROLE ${requestRoleName} NOLOGIN; GRANT ${requestRoleName} TO %', quote_ident(current_user)
      using errcode = '42501';
end
$role$;`;

const createKeys = `
-- The keys that prove a principal. Empty: the database trusts the setting usher.user_id (named mode). With
-- keys, it trusts a principal with a proof (hardened mode). Only the owner has access.
create table if not exists usher.principal_keys (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  inner_pad bytea not null check (octet_length(inner_pad) = 64),
  outer_pad bytea not null check (octet_length(outer_pad) = 64),
  created_at timestamptz not null default now()
);
${revokeAll("usher.principal_keys")}`;

/**
 * A function that returns one part of the principal, after the proof of both was checked: HMAC-SHA256 by RFC
 * 2104, with Postgres's own sha256. The last comparison is of hashes, so that its time says nothing about the
 * MAC. The check is not a separate function: a call costs a third of the whole.
 */
function principalFunction(name: "user_id" | "org_id", result: "given_user" | "given_org"): string {
  return `
create or replace function usher.${name}() returns text
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $body$
declare
  given_user text := coalesce(current_setting('usher.user_id', true), '');
  given_org text := coalesce(current_setting('usher.org_id', true), '');
  proof text := coalesce(current_setting('usher.proof', true), '');
  key usher.principal_keys%rowtype;
begin
  if ${result} = '' then
    return null; -- equals nothing
  end if;
  select * into key from usher.principal_keys where id = left(proof, 16);
  if not found then
    if not exists (select from usher.principal_keys) then
      return ${result}; -- named mode
    end if;
    raise exception 'the principal is not proven: %', case proof
      when '' then 'this database is hardened, and no key was given; set USHER_ROWS_KEY and the option key'
      else 'this database does not know the key; run usher-auth migrate with USHER_ROWS_KEY' end
      using errcode = '28000';
  end if;
  if sha256(convert_to(proof, 'UTF8')) <> sha256(convert_to(key.id || '.' || encode(
    sha256(key.outer_pad || sha256(key.inner_pad || convert_to(
      octet_length(given_user) || ':' || given_user || octet_length(given_org) || ':' || given_org, 'UTF8'))),
    'hex'), 'UTF8'))
  then
    raise exception 'the principal is not proven: the proof is of another one' using errcode = '28000';
  end if;
  return ${result};
end
$body$;
revoke all on function usher.${name}() from public;
grant execute on function usher.${name}() to ${requestRoleName};`;
}

/**
 * A function that converts an id to the type of a column. Null unless the id is exactly how Postgres writes
 * that value: no two ids become one value, and none is an error.
 */
function conversion(type: "uuid" | "integer" | "bigint", pattern: string, isInRange = ""): string {
  return `
create or replace function usher.as_${type}(id text) returns ${type}
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $body$
begin
  if id ~ '${pattern}' then${isInRange === "" ? "" : ` if ${isInRange} then`}
    return id::${type};
  end if;${isInRange === "" ? "" : " end if;"}
  return null;
end
$body$;
revoke all on function usher.as_${type}(text) from public;
grant execute on function usher.as_${type}(text) to ${requestRoleName};`;
}

const mode = `
-- 'hardened' or 'named': for checks at the start of the API, whose user cannot read the keys.
create or replace function usher.mode() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $body$
  select case when exists (select from usher.principal_keys) then 'hardened' else 'named' end
$body$;

create or replace function usher.has_key(key_id text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $body$
  select exists (select from usher.principal_keys where id = key_id)
$body$;`;

/**
 * What ends a transaction of a hardened database: nothing that injected SQL changed for the session stays on
 * the pooled connection, neither settings and the role (`set_config(…, false)`) nor the numbers of sequences
 * (`lastval()`) nor advisory locks. Deferred constraints are checked first, while the principal is still
 * bound.
 *
 * One function, because each of these statements by itself costs a request more than all in one.
 */
const resetSession = `
create or replace function usher.reset_session() returns void language plpgsql as $body$
begin
  set constraints all immediate;
  reset session authorization;
  reset role;
  reset all;
  discard sequences;
  perform pg_catalog.pg_advisory_unlock_all();
end
$body$;
revoke all on function usher.reset_session() from public;
grant execute on function usher.reset_session() to ${requestRoleName};`;

/**
 * The SQL that row isolation builds on: the role `usher_api` and the schema `usher` with its functions
 * `user_id()`, `org_id()`, `as_uuid(text)`, `as_integer(text)`, `as_bigint(text)`, `mode()`, and the table of
 * keys. Idempotent. `migrateRows` runs it; for migrations of your own, print it with `usher-auth sql`.
 *
 * @example
 * ```ts
 * import { rowsSchemaSql } from "@usher-auth/postgres";
 *
 * console.log(rowsSchemaSql());
 * ```
 */
export function rowsSchemaSql(): string {
  return [
    requireUtf8,
    createRole,
    `
-- To use the schema is not to use what is in it.
create schema if not exists usher;
grant usage on schema usher to public;`,
    createKeys,
    principalFunction("user_id", "given_user"),
    principalFunction("org_id", "given_org"),
    conversion("uuid", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    conversion("integer", "^(0|-?[1-9][0-9]{0,9})$", "id::bigint between -2147483648 and 2147483647"),
    conversion(
      "bigint",
      "^(0|-?[1-9][0-9]{0,18})$",
      "id::numeric between -9223372036854775808 and 9223372036854775807",
    ),
    mode,
    resetSession,
  ]
    .join("\n")
    .trimStart();
}
