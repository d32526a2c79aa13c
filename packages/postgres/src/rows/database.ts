import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/**
 * A Drizzle database over Postgres, with any driver (postgres.js, PGlite, node-postgres) and any schema.
 *
 * @example
 * ```ts
 * import { assertRowSecurity, type DrizzleDatabase } from "@usher-auth/postgres";
 * import type { PgTable } from "drizzle-orm/pg-core";
 *
 * export async function prepare(database: DrizzleDatabase<Record<string, unknown>>, tables: PgTable[]) {
 *   await assertRowSecurity(database, tables);
 * }
 * ```
 */
export type DrizzleDatabase<Schema extends Record<string, unknown>> = PgDatabase<
  PgQueryResultHKT,
  Schema,
  ExtractTablesWithRelations<Schema>
>;

/**
 * Queries for one principal: Postgres shows them the principal's rows only, and accepts no row for another
 * owner, whatever the query says. Valid until the function that received it has finished. Drizzle's query
 * cache (`$withCache()`, or a global one) is bypassed: it would serve one principal what another has read.
 *
 * It has no `execute` and no `transaction`, because raw SQL could leave the role. A `sql` expression inside a
 * query could too (`` sql`set_config('role', …)` ``), which is not prevented: it is your code, not input.
 *
 * @example
 * ```ts
 * import { currentOwner, ownerPolicy, type PrincipalRows } from "@usher-auth/postgres";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * const notes = pgTable(
 *   "notes",
 *   { owner: text().notNull().default(currentOwner), body: text().notNull() },
 *   (table) => [ownerPolicy(table.owner)],
 * );
 *
 * export function listNotes(rows: PrincipalRows) {
 *   return rows.select().from(notes); // no `where`: there are no other rows
 * }
 * ```
 */
export type PrincipalRows<Schema extends Record<string, unknown> = Record<string, never>> = Pick<
  DrizzleDatabase<Schema>,
  "select" | "insert" | "update" | "delete"
>;
