import { queriesOf, type SqlClient } from "./client.ts";
import { requestRoleName } from "./names.ts";

/** Columns that usually tell whose a row is. Compared without case and underscores. */
export const defaultColumns: readonly string[] = [
  "owner_id",
  "user_id",
  "org_id",
  "organization_id",
  "tenant_id",
];

/**
 * Options of {@link checkTables}.
 *
 * @example
 * ```ts
 * import type { CheckTablesOptions } from "@usher-auth/postgres";
 *
 * export const options: CheckTablesOptions = { columns: ["author_id"], except: ["session"] };
 * ```
 */
export interface CheckTablesOptions {
  /**
   * Columns that tell whose a row is, compared without case and underscores. Default: `owner_id`, `user_id`,
   * `org_id`, `organization_id`, `tenant_id`.
   */
  readonly columns?: readonly string[] | undefined;
  /** Tables to leave out, by name or as `schema.table`. Default: none. */
  readonly except?: readonly string[] | undefined;
}

/**
 * A table that {@link checkTables} found.
 *
 * @example
 * ```ts
 * import type { CheckedTable } from "@usher-auth/postgres";
 *
 * export const isOpen = ({ problems }: CheckedTable): boolean => problems.length > 0;
 * ```
 */
export interface CheckedTable {
  /** `schema.table`, quoted where needed. */
  readonly table: string;
  /** Its columns that tell whose a row is. */
  readonly columns: readonly string[];
  /** What is missing. Empty: rows are kept to their owner. */
  readonly problems: readonly string[];
}

/** $1: columns, $2: exceptions, as JSON. Partitions count if the request role may read them. */
const statement = `
  with wanted as (select translate(lower(value), '_', '') as name from json_array_elements_text($1::text::json)),
  exceptions as (select value as name from json_array_elements_text($2::text::json)),
  found as (
    select pg_class.oid, quote_ident(nspname) || '.' || quote_ident(relname) as name, relrowsecurity, relforcerowsecurity,
      (select json_agg(attname order by attnum) from pg_attribute join wanted on wanted.name = translate(lower(attname), '_', '')
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and nspname !~ '^pg_' and nspname not in ('information_schema', 'usher')
      and relname not in (select name from exceptions)
      and nspname || '.' || relname not in (select name from exceptions)
      and (not relispartition or coalesce(has_table_privilege(to_regrole('${requestRoleName}')::oid, pg_class.oid, 'SELECT'), false))
  )
  select name, columns::text as columns, concat_ws(', ',
    case when not relrowsecurity then 'row-level security is off'
      when not relforcerowsecurity then 'row-level security is not forced' end,
    case when not exists (select from pg_policy where polrelid = found.oid
      and (polroles @> array[0::oid] or polroles @> array[to_regrole('${requestRoleName}')::oid]))
      then 'there is no policy for ${requestRoleName}' end) as problems
  from found where columns is not null order by name`;

/**
 * Finds tables whose rows have an owner or a tenant, by the names of their columns, and what keeps them from
 * being isolated: row-level security that is off or not forced, or no policy for the role `usher_api`. For a
 * test or a step of CI: `usher-auth tables` does the same.
 *
 * Not checked: what the policies say, and tables whose rows refer to another table for their owner.
 *
 * @example
 * ```ts
 * import { checkTables } from "@usher-auth/postgres";
 * import postgres from "postgres";
 *
 * const sql = postgres(process.env.DATABASE_URL ?? "");
 *
 * export async function openTables(): Promise<string[]> {
 *   const tables = await checkTables(sql, { except: ["session", "account"] });
 *   return tables.filter(({ problems }) => problems.length > 0).map(({ table }) => table);
 * }
 * ```
 */
export async function checkTables(
  client: SqlClient,
  options: CheckTablesOptions = {},
): Promise<CheckedTable[]> {
  const { columns = defaultColumns, except = [] } = options;
  const rows = await queriesOf(client).query(statement, [JSON.stringify(columns), JSON.stringify(except)]);
  return rows.map((row) => ({
    table: String(row.name),
    columns: JSON.parse(String(row.columns)) as string[],
    problems: row.problems === "" ? [] : String(row.problems).split(", "),
  }));
}
