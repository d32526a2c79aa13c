import { type BoundSql, createRows } from "@usher-auth/postgres";
import postgres from "postgres";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";

/** The settings of the pool: `prepare: false` is for poolers. */
function adapterOf(name: string, settings: object): RowsAdapter {
  return {
    name,
    open: async ({ url }, { max, options }) => {
      const sql = postgres(url, { max, backoff: () => 0.05, onnotice: () => {}, ...settings });
      const rows = createRows(sql, options);
      return {
        for: (principal) => {
          const bound = rows.for(principal);
          return notesOf(bound, (run) => bound.begin((inner) => run(inner)));
        },
        close: () => sql.end({ timeout: 1 }),
      };
    },
  };
}

type Begin = <Result>(run: (sql: postgres.TransactionSql) => Promise<Result>) => Promise<unknown>;

function notesOf(sql: postgres.TransactionSql | BoundSql<postgres.Sql>, begin: Begin): Notes {
  return {
    all: async () => [...(await sql<Note[]>`select * from notes order by id`)],
    insert: async (note) => [...(await sql<Note[]>`insert into notes ${sql(note)} returning *`)],
    update: async (body, set) => [
      ...(await sql<Note[]>`update notes set ${sql(set)} where body = ${body} returning *`),
    ],
    remove: async (body) => [...(await sql<Note[]>`delete from notes where body = ${body} returning *`)],
    raw: async (text, values = []) => [...(await sql.unsafe(text, values as never[]))],
    transaction: (run) => begin((inner) => run(notesOf(inner, (nested) => inner.savepoint(nested)))) as never,
    lazyAll: () => {
      const query = sql<Note[]>`select * from notes order by id`;
      return async () => [...(await query)];
    },
    stream: (text, size) => flat(sql.unsafe(text).cursor(size)),
  };
}

async function* flat(batches: AsyncIterable<postgres.Row[]>): AsyncGenerator<Record<string, unknown>> {
  for await (const batch of batches) yield* batch;
}

// With fetch_types, postgres.js ends the process when a connection breaks while it asks for the types.
describeRows(adapterOf("postgres.js", { fetch_types: false }));
describeRows(adapterOf("postgres.js without prepared statements", { prepare: false, fetch_types: false }));
