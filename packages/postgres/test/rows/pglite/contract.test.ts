import type { PGlite } from "@electric-sql/pglite";
import { createRows } from "@usher-auth/postgres";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";
import { embedded, type PgliteDatabase } from "./database.ts";

const adapter: RowsAdapter = {
  name: "PGlite",
  open: async (database, { options }) => {
    const rows = createRows((database as PgliteDatabase).pglite, options);
    return {
      for: (principal) => {
        const bound = rows.for(principal);
        return notesOf(bound, (run) => bound.transaction((inner) => run(notesOf(inner, nested(inner)))));
      },
      close: async () => {},
    };
  },
};

type Queries = Pick<PGlite, "query" | "sql">;
type Transaction = Notes["transaction"];

/** A savepoint, as ORMs make one. */
function nested(inner: Queries): Transaction {
  return async (run) => {
    await inner.query("savepoint sp1");
    try {
      const result = await run(notesOf(inner, nested(inner)));
      await inner.query("release savepoint sp1");
      return result;
    } catch (error) {
      await inner.query("rollback to savepoint sp1");
      throw error;
    }
  };
}

function notesOf(client: Queries, transaction: Transaction): Notes {
  const read = async <Row = Note>(text: string, values?: readonly unknown[]) =>
    (await client.query<Row>(text, values && [...values])).rows;
  return {
    all: async () => (await client.sql<Note>`select * from notes order by id`).rows,
    insert: ({ body, owner_id }) =>
      owner_id === undefined
        ? read("insert into notes (body) values ($1) returning *", [body])
        : read("insert into notes (body, owner_id) values ($1, $2) returning *", [body, owner_id]),
    update: (body, set) => {
      const columns = Object.keys(set).map((name, index) => `${name} = $${index + 2}`);
      return read(`update notes set ${columns} where body = $1 returning *`, [body, ...Object.values(set)]);
    },
    remove: async (body) => (await client.sql<Note>`delete from notes where body = ${body} returning *`).rows,
    raw: (text, values) => read(text, values),
    transaction,
  };
}

describeRows(adapter, [embedded]);
