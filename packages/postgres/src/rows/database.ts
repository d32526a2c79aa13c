import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/**
 * A Drizzle database over Postgres, whatever the driver and the schema: postgres.js, PGlite, node-postgres.
 */
export type DrizzleDatabase<Schema extends Record<string, unknown>> = PgDatabase<
  PgQueryResultHKT,
  Schema,
  ExtractTablesWithRelations<Schema>
>;

/**
 * Queries bound to one principal: only the principal's rows are visible through it, and none can be written
 * for anybody else, whatever the query says. Good until the function that it was handed to has finished.
 * Drizzle's cache of results (`$withCache()`, or a global one) is not asked: it would serve one principal
 * what another has read.
 *
 * It has no `execute` and no `transaction`: neither is needed, and raw SQL could leave the role. So could an
 * expression (`` sql`set_config('role', …)` ``) inside of a query: that is code, as the application's other
 * code is, and no input.
 */
export type PrincipalRows<Schema extends Record<string, unknown> = Record<string, never>> = Pick<
  DrizzleDatabase<Schema>,
  "select" | "insert" | "update" | "delete"
>;
