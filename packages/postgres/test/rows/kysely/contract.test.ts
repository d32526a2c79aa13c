import { kyselyRows } from "@usher-auth/postgres/kysely";
import { CompiledQuery, type Generated, type Kysely, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";
import type { PgliteDatabase } from "../pglite/database.ts";
import { embedded } from "../pglite/database.ts";

interface Tables {
  notes: { id: Generated<number>; owner_id: Generated<string>; body: string };
}

const kyselyPg: RowsAdapter = {
  name: "Kysely with pg",
  open: async ({ url }, { max, options }) => {
    const pool = new pg.Pool({ connectionString: url, max });
    const rows = kyselyRows<Tables>(pool, { ...options, cursor: Cursor as never });
    return { for: (principal) => notesOf(rows.for(principal), true), close: () => pool.end() };
  },
};

const kyselyPglite: RowsAdapter = {
  name: "Kysely with PGlite",
  open: async (database, { options }) => {
    const rows = kyselyRows<Tables>((database as PgliteDatabase).pglite, options);
    return { for: (principal) => notesOf(rows.for(principal), false), close: async () => {} };
  },
};

function notesOf(database: Kysely<Tables>, hasCursors: boolean): Notes {
  const raw = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await database.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
  const all = () => database.selectFrom("notes").selectAll().orderBy("id");
  return {
    all: () => all().execute(),
    insert: (note) => database.insertInto("notes").values(note).returningAll().execute(),
    update: (body, set) =>
      database.updateTable("notes").set(set).where("body", "=", body).returningAll().execute(),
    remove: (body) => database.deleteFrom("notes").where("body", "=", body).returningAll().execute(),
    raw,
    transaction: (run) => transaction(database, hasCursors, run),
    lazyAll: () => {
      const query = all();
      return () => query.execute() as Promise<Note[]>;
    },
    ...(hasCursors && {
      stream: (_text, size) => database.selectFrom("notes").selectAll().stream(size),
    }),
  };
}

/** Kysely has no nested transactions: its controlled ones have savepoints, which these are. */
async function transaction<Result>(
  database: Kysely<Tables>,
  hasCursors: boolean,
  run: (notes: Notes) => Promise<Result>,
): Promise<Result> {
  if (!database.isTransaction)
    return database.transaction().execute((inner) => run(notesOf(inner, hasCursors)));
  await sql`savepoint inside`.execute(database);
  try {
    const result = await run(notesOf(database, hasCursors));
    await sql`release savepoint inside`.execute(database);
    return result;
  } catch (error) {
    await sql`rollback to savepoint inside`.execute(database);
    throw error;
  }
}

describeRows(kyselyPg);
describeRows(kyselyPglite, [embedded]);
