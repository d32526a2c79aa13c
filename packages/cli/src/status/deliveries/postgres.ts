import type postgres from "postgres";
import {
  type DeliveryTable,
  lastFailureSql,
  quoted,
  readTable,
  tableNames,
  type Waiting,
} from "./waiting.ts";

/** What Better Auth's Postgres says about deliveries. */
export type PostgresDeliveries = "no_table" | "no_access" | readonly Waiting[];

/** Reads the deliveries that still matter, by endpoint. */
export async function readPostgresDeliveries(sql: postgres.TransactionSql): Promise<PostgresDeliveries> {
  const [found] = await sql<[FoundTable?]>`
    select quote_ident(nspname) as schema, relname as name,
      has_table_privilege(pg_class.oid, 'SELECT') and has_schema_privilege(nspname, 'USAGE') as is_readable,
      (select json_agg(attname) from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped)::text as columns
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and translate(lower(relname), '_', '') in ${sql(tableNames)}
    order by pg_table_is_visible(pg_class.oid) desc, nspname limit 1`;
  const table = found && readTable(found.name, JSON.parse(found.columns) as string[]);
  if (found === undefined || table === undefined) return "no_table";
  if (!found.is_readable) return "no_access";
  return await sql.unsafe<Waiting[]>(statement(found.schema, table));
}

interface FoundTable {
  /** Quoted where needed. */
  readonly schema: string;
  readonly name: string;
  readonly is_readable: boolean;
  readonly columns: string;
}

function statement(schema: string, table: DeliveryTable): string {
  const source = `${schema}.${quoted(table.name)}`;
  return `
    select ${quoted(table.endpoint)} as endpoint, count(*)::int as waiting, max(${quoted(table.attempts)})::int as attempts,
      extract(epoch from clock_timestamp() - min(${quoted(table.happenedAt)}))::float8 as "oldestAge",
      ${lastFailureSql(source, "given", table)} as "lastFailure"
    from ${source} as given where ${quoted(table.keepUntil)} > clock_timestamp()
    group by ${quoted(table.endpoint)} order by 1`;
}
