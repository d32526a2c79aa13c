import { currentUser, drizzleRows, ownerPolicy } from "@usher-auth/postgres/drizzle";
import { desc, eq, sql } from "drizzle-orm";
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres";
import { type PgDatabase, type PgQueryResultHKT, pgTable, serial, text } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";
import { embedded, type PgliteDatabase } from "../pglite/database.ts";

const notes = pgTable(
  "notes",
  {
    id: serial().primaryKey(),
    owner_id: text().notNull().default(currentUser()),
    body: text().notNull(),
  },
  (table) => [ownerPolicy(table.owner_id)],
);
const schema = { notes };

type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

function notesOf(database: Database): Notes {
  return {
    all: () => database.select().from(notes).orderBy(notes.id),
    insert: (note) => database.insert(notes).values(note).returning() as Promise<Note[]>,
    update: (body, set) => database.update(notes).set(set).where(eq(notes.body, body)).returning(),
    remove: (body) => database.delete(notes).where(eq(notes.body, body)).returning(),
    raw: async (statement, values = []) => {
      const parts = statement.split(/\$\d/);
      const chunks = parts.flatMap((part, index) =>
        index < values.length ? [sql.raw(part), sql`${values[index]}`] : [sql.raw(part)],
      );
      const result = await database.execute(sql.join(chunks));
      return Array.isArray(result) ? [...result] : (result as { rows: Record<string, unknown>[] }).rows;
    },
    transaction: (run) => database.transaction((inner) => run(notesOf(inner as unknown as Database))),
    lazyAll: () => {
      const query = database.query.notes.findMany({ orderBy: desc(notes.id) });
      return async () => await query;
    },
  };
}

const overPostgresJs: RowsAdapter = {
  name: "Drizzle on postgres.js",
  open: async ({ url }, { max, options }) => {
    const client = postgres(url, { max, backoff: () => 0.05, onnotice: () => {}, fetch_types: false });
    const rows = drizzleRows(drizzlePostgresJs({ client, schema }), options);
    return {
      for: (principal) => notesOf(rows.for(principal)),
      close: () => client.end({ timeout: 1 }),
    };
  },
};

const overPg: RowsAdapter = {
  name: "Drizzle on pg",
  open: async ({ url }, { max, options }) => {
    const client = new pg.Pool({ connectionString: url, max });
    const rows = drizzleRows(drizzlePg({ client, schema }), options);
    return { for: (principal) => notesOf(rows.for(principal)), close: () => client.end() };
  },
};

const overPglite: RowsAdapter = {
  name: "Drizzle on PGlite",
  open: async (database, { options }) => {
    const rows = drizzleRows(drizzlePglite({ client: (database as PgliteDatabase).pglite, schema }), options);
    return { for: (principal) => notesOf(rows.for(principal)), close: async () => {} };
  },
};

describeRows(overPostgresJs);
describeRows(overPg);
describeRows(overPglite, [embedded]);
