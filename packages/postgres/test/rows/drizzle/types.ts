// Checked by `tsc`, never run: rows.for() has the type of the user's own database, without its client.

import type { PGlite } from "@electric-sql/pglite";
import { type DrizzleDatabase, drizzleRows } from "@usher-auth/postgres/drizzle";
import { relations, type SQL } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import type { PgliteDatabase } from "drizzle-orm/pglite";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { Pool, QueryResult } from "pg";
import type { RowList, Sql } from "postgres";

const notes = pgTable("notes", { id: serial().primaryKey(), owner: text().notNull() });
const tags = pgTable("tags", { noteId: integer().notNull(), name: text() });
const notesRelations = relations(notes, ({ many }) => ({ tags: many(tags) }));
type Schema = { notes: typeof notes; tags: typeof tags; notesRelations: typeof notesRelations };

type Is<Found, Expected> =
  (<T>() => T extends Found ? 1 : 2) extends <T>() => T extends Expected ? 1 : 2 ? true : false;
function expectType<Expected>() {
  return <Found>(_found: Found, _is: Is<Found, Expected>) => {};
}

declare const overPg: NodePgDatabase<Schema> & { $client: Pool };
declare const overPostgresJs: PostgresJsDatabase<Schema> & { $client: Sql };
declare const overPglite: PgliteDatabase<Schema> & { $client: PGlite };
declare const withoutSchema: PostgresJsDatabase & { $client: Sql };
declare const statement: SQL;
const principal = { id: "alice" };

const pg = drizzleRows(overPg).for(principal);
const postgresJs = drizzleRows(overPostgresJs).for(principal);
const pglite = drizzleRows(overPglite).for(principal);

export async function types(): Promise<void> {
  // As a value of the driver's own type, for code that was written for it.
  const asPg: NodePgDatabase<Schema> = pg;
  const asPostgresJs: PostgresJsDatabase<Schema> = postgresJs;
  const asPglite: PgliteDatabase<Schema> = pglite;
  const asAny: DrizzleDatabase<Schema> = pg;
  const plain: PostgresJsDatabase = drizzleRows(withoutSchema).for(principal);
  void [asPg, asPostgresJs, asPglite, asAny, plain];

  // What execute returns is the driver's.
  expectType<QueryResult<{ n: number }>>()(await pg.execute<{ n: number }>(statement), true);
  expectType<RowList<{ n: number }[]>>()(await postgresJs.execute<{ n: number }>(statement), true);

  // Relational queries, CTEs, $count, transactions and nested ones.
  const [found] = await pg.query.notes.findMany({ with: { tags: true } });
  expectType<string | null | undefined>()(found?.tags[0]?.name, true);
  const all = pg.$with("all").as(pg.select().from(notes));
  expectType<{ id: number; owner: string }[]>()(await pg.with(all).select().from(all), true);
  expectType<number>()(await pg.$count(notes), true);
  const inner = await postgresJs.transaction(
    (outer) => outer.transaction((nested) => nested.query.tags.findFirst()),
    { isolationLevel: "serializable" },
  );
  expectType<{ noteId: number; name: string | null } | undefined>()(inner, true);
  const prepared = pg.select({ id: notes.id }).from(notes).prepare("all");
  expectType<{ id: number }[]>()(await prepared.execute(), true);

  // @ts-expect-error The client is not bound to anyone.
  void pg.$client;
  // @ts-expect-error There is no such table.
  void pg.query.others;
  // @ts-expect-error Without a schema there are no relational queries.
  void plain.query.notes;
  // @ts-expect-error A client is not a database.
  drizzleRows(overPg.$client);
}
