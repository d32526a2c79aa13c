import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** A Drizzle database over Postgres, whatever the driver and the schema: postgres.js, PGlite, node-postgres. */
export type DrizzleDatabase<Schema extends Record<string, unknown>> = PgDatabase<
  PgQueryResultHKT,
  Schema,
  ExtractTablesWithRelations<Schema>
>;

/**
 * Queries bound to one principal: only the principal's rows are visible through it, and none can be written for anybody
 * else, whatever the query says. Good until the function that it was handed to has finished.
 *
 * It has no `execute` and no `transaction`: neither is needed, and raw SQL could leave the role.
 */
export type PrincipalRows<Schema extends Record<string, unknown> = Record<string, never>> = Pick<
  DrizzleDatabase<Schema>,
  "select" | "insert" | "update" | "delete"
>;
