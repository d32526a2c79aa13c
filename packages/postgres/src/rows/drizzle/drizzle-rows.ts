import type { TablesRelationalConfig } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { createRows } from "../create-rows.ts";
import type { Rows } from "../rows.ts";
import type { RowsOptions } from "../rows-options.ts";
import { rebinding } from "./bound-database.ts";

/**
 * The rows of a Drizzle database, by principal: `rows.for(principal)` is the same database, typed as yours,
 * whose queries run for that principal. Relational queries, CTEs, `$count`, `execute`, prepared queries,
 * transactions and nested transactions work as they do on yours.
 *
 * A query by itself runs in its own transaction, in one round trip. Those of `transaction()` run in one, and
 * throw once it has finished. Drizzle's query cache hears of writes and is never read: it would serve one
 * user what another has read.
 *
 * Not checked: whether Postgres enforces the policies. `assertRowSecurity` checks that, at the start.
 *
 * @param database What `drizzle()` returned, over a `Pool` of `pg`, a client of postgres.js, or PGlite.
 * @throws {ConfigurationError} It is a transaction, or its driver is another one.
 *
 * @example
 * ```ts
 * import { currentUser, drizzleRows, ownerPolicy } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 * import { drizzle } from "drizzle-orm/postgres-js";
 *
 * const owned = { owner: text().notNull().default(currentUser()), body: text().notNull() };
 * const notes = pgTable("notes", owned, (table) => [ownerPolicy(table.owner)]);
 * const rows = drizzleRows(drizzle(process.env.DATABASE_URL ?? ""), { key: process.env.USHER_ROWS_KEY });
 *
 * export const listNotes = (principal: { id: string }) => rows.for(principal).select().from(notes);
 * ```
 */
export function drizzleRows<
  Result extends PgQueryResultHKT,
  Schema extends Record<string, unknown>,
  Tables extends TablesRelationalConfig,
>(
  database: PgDatabase<Result, Schema, Tables>,
  options?: RowsOptions,
): Rows<PgDatabase<Result, Schema, Tables>> {
  const { client, bind } = rebinding(database);
  const rows = createRows(client as never, options) as Rows<unknown>;
  return { for: (principal) => bind(rows.for(principal)) };
}
