import type { Queries } from "../client.ts";
import { quoteTable, requestRoleName, type TablePath } from "../names.ts";
import { asksPrincipal, sideDoors } from "./side-doors.ts";

/** What a role has that it should not have. Lists contain names in SQL, quoted where needed. */
export interface RoleFacts {
  readonly name: string;
  readonly bypasses: boolean;
  /** Attributes such as CREATEROLE. */
  readonly attributes: readonly string[];
  /** Other roles that it can take, without the request role. */
  readonly roles: readonly string[];
  /** Tables, functions, schemas or the database that it owns. */
  readonly owns: readonly string[];
  /** Schemas in which it can create. */
  readonly createsIn: readonly string[];
  readonly createsTemporary: boolean;
  /** Tables on which it has privileges: of those that were named, and of Usher's own. */
  readonly reaches: readonly string[];
}

/** One of the tables that were named. */
export interface TableFacts {
  readonly name: string;
  readonly exists: boolean;
  /** Row-level security is enabled and forced. */
  readonly isForced: boolean;
  /** Whether the request role may read or write any of it. */
  readonly isGranted: boolean;
  /** Policies that let the request role at rows, by name. */
  readonly policies: readonly string[];
  /** Whether one of them asks `usher.user_id()` or `usher.org_id()`. */
  readonly asksPrincipal: boolean;
  /** Policies that read the setting themselves: without the proof. */
  readonly readSetting: readonly string[];
  /** Privileges of the request role that row-level security does not cover. */
  readonly uncovered: readonly string[];
  /** Columns that the policies compare with the principal so that different ids count as one. */
  readonly folded: readonly string[];
  /** Views, materialized views and partitions that show its rows to the request role, past its policies. */
  readonly sideDoors: readonly string[];
}

/** What the database says about row isolation. */
export interface SecurityFacts {
  readonly database: string;
  /** The functions of row isolation exist. */
  readonly hasSchema: boolean;
  /** The user of this connection. */
  readonly login: RoleFacts;
  /** Null: there is no such role. */
  readonly request: RoleFacts | null;
  readonly maySwitch: boolean;
  /** The user has the rights of the request role without switching to it. */
  readonly inherits: boolean;
  readonly tables: readonly TableFacts[];
}

/** A list of names as JSON, at most five. */
const list = (name: string, source: string) =>
  `(select coalesce(json_agg(name), '[]') from (select ${name} as name ${source} order by 1 limit 5) as found)`;

const privileges = "'SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER'";
const columnPrivileges = "'SELECT,INSERT,UPDATE,REFERENCES'";

const reaches = (role: string, table: string) =>
  `(has_table_privilege(${role}, ${table}, ${privileges}) or has_any_column_privilege(${role}, ${table}, ${columnPrivileges}))`;

/** The tables that no request may read or write. A sequence that is set ahead rejects every new revocation. */
const ownTables = `select oid from pg_class
  where relname in ('usher_revocations', 'usher_revocations_migrations', 'usher_revocations_sequence_seq')
  or relnamespace = to_regnamespace('usher') and relkind = 'r'`;

/** A role as JSON. `tables`: those that it should have no privileges on. */
const roleFacts = (role: string, tables: string) => `
  (select json_build_object(
    'name', quote_ident(rolname),
    'bypasses', rolsuper or rolbypassrls,
    'attributes', (select coalesce(json_agg(name), '[]') from (values
        ('SUPERUSER', rolsuper), ('BYPASSRLS', rolbypassrls), ('CREATEROLE', rolcreaterole),
        ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication)) as attribute (name, has) where has),
    'roles', ${list(
      "quote_ident(other.rolname)",
      `from pg_roles as other where pg_has_role(role.oid, other.oid, 'MEMBER')
        and other.oid <> role.oid and other.rolname <> '${requestRoleName}'`,
    )},
    'owns', ${list(
      "what",
      `from (
        select 'the table ' || oid::regclass as what from pg_class where relowner = role.oid and relkind in ('r', 'p', 'v', 'm', 'f')
        union all select 'the function ' || oid::regprocedure from pg_proc where proowner = role.oid
        union all select 'the schema ' || quote_ident(nspname) from pg_namespace where nspowner = role.oid and nspname !~ '^pg_'
        union all select 'the database ' || quote_ident(datname) from pg_database where datdba = role.oid and datname = current_database()
      ) as owned`,
    )},
    'createsIn', ${list(
      "quote_ident(nspname)",
      `from pg_namespace where nspname !~ '^pg_' and has_schema_privilege(role.oid, oid, 'CREATE')`,
    )},
    'createsTemporary', has_database_privilege(role.oid, current_database(), 'TEMPORARY'),
    'reaches', ${list("forbidden.oid::regclass::text", `from (${tables}) as forbidden where ${reaches("role.oid", "forbidden.oid")}`)}
  ) from pg_roles as role where rolname = ${role})`;

const policyText =
  "coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '')";

/** The policies of a table that apply to the request role. */
const policies = `from pg_policy where polrelid = given.oid
  and (polroles @> array[0::oid] or polroles @> array[to_regrole('${requestRoleName}')::oid])`;

/** Columns of policies that ask for the principal, with a collation that takes different texts for equal. */
const folded = `from pg_attribute join pg_collation on pg_collation.oid = attcollation and not collisdeterministic
  where attrelid = given.oid and exists (select ${policies} and ${asksPrincipal} and exists (select from pg_depend
    where classid = 'pg_policy'::regclass and objid = pg_policy.oid
      and refclassid = 'pg_class'::regclass and refobjid = given.oid and refobjsubid = attnum))`;

const tableFacts = `
  select coalesce(json_agg(json_build_object(
    'name', given.name,
    'exists', given.oid is not null,
    'isForced', coalesce(relrowsecurity and relforcerowsecurity, false),
    'isGranted', coalesce(${reaches(`to_regrole('${requestRoleName}')::oid`, "given.oid")}, false),
    'policies', ${list("quote_ident(polname)", `${policies} and polpermissive`)},
    'asksPrincipal', exists (select ${policies} and ${asksPrincipal}),
    'readSetting', ${list("quote_ident(polname)", `${policies} and ${policyText} ~ 'current_setting\\(''usher\\.'`)},
    'folded', ${list("quote_ident(attname)", folded)},
    'uncovered', ${list(
      "privilege",
      `from unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) as privilege
        where has_table_privilege(to_regrole('${requestRoleName}')::oid, given.oid, privilege)`,
    )},
    'sideDoors', ${list("door", sideDoors)}
  ) order by position), '[]')
  from given left join pg_class on pg_class.oid = given.oid`;

/** $1: the tables as JSON. By name, not by regclass: the user may not use their schema before it switches. */
const statement = `
  with given as materialized (
    select position, table_path->>'quoted' as name, (
      select pg_class.oid from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relname = table_path->>'name' and relkind in ('r', 'p')
        and (nspname = table_path->>'schema' or table_path->>'schema' is null and pg_table_is_visible(pg_class.oid))
    ) as oid
    from json_array_elements($1::text::json) with ordinality as input (table_path, position)
  )
  select json_build_object(
    'database', quote_ident(current_database()),
    'hasSchema', to_regproc('usher.user_id') is not null and to_regproc('usher.mode') is not null,
    'login', ${roleFacts("session_user", `${ownTables} union select oid from given where oid is not null`)},
    'request', ${roleFacts(`'${requestRoleName}'`, ownTables)},
    'maySwitch', coalesce(pg_has_role(session_user, to_regrole('${requestRoleName}')::oid,
      case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end), false),
    'inherits', coalesce(pg_has_role(session_user, to_regrole('${requestRoleName}')::oid, 'USAGE'), false),
    'tables', (${tableFacts})
  )::text as facts`;

export async function readFacts(database: Queries, tables: readonly TablePath[]): Promise<SecurityFacts> {
  const paths = tables.map((path) => ({ ...path, quoted: quoteTable(path) }));
  const [row] = await database.query(statement, [JSON.stringify(paths)]);
  return JSON.parse(String(row?.facts)) as SecurityFacts;
}
