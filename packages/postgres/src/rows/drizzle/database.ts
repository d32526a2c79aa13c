import type { ExtractTablesWithRelations, TablesRelationalConfig } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/**
 * A Drizzle database over Postgres, of any driver and schema. What `rows.for()` of {@link drizzleRows}
 * returns is one, and so is what `drizzle()` returns.
 *
 * @example
 * ```ts
 * import type { DrizzleDatabase } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * const notes = pgTable("notes", { owner: text().notNull(), body: text().notNull() });
 *
 * export function listNotes(rows: DrizzleDatabase<{ notes: typeof notes }>) {
 *   return rows.query.notes.findMany(); // no where: there are no other rows
 * }
 * ```
 */
export type DrizzleDatabase<
  Schema extends Record<string, unknown> = Record<string, never>,
  Result extends PgQueryResultHKT = PgQueryResultHKT,
  Tables extends TablesRelationalConfig = ExtractTablesWithRelations<Schema>,
> = PgDatabase<Result, Schema, Tables>;
