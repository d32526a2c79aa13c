import { createRows, type PrincipalClient, type PrincipalPool } from "@usher-auth/postgres";
import pg from "pg";
import Cursor from "pg-cursor";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";

const adapter: RowsAdapter = {
  name: "pg",
  open: async ({ url }, { max, options }) => {
    const pool = new pg.Pool({ connectionString: url, max });
    const rows = createRows(pool, options);
    return { for: (principal) => notesOf(rows.for(principal)), close: () => pool.end() };
  },
};

function notesOf(client: PrincipalPool | PrincipalClient): Notes {
  const read = async <Row>(text: string, values?: readonly unknown[]) =>
    (await client.query<Row>(text, values)).rows;
  return {
    all: () => read<Note>("select * from notes order by id"),
    insert: ({ body, owner_id }) =>
      owner_id === undefined
        ? read("insert into notes (body) values ($1) returning *", [body])
        : read("insert into notes (body, owner_id) values ($1, $2) returning *", [body, owner_id]),
    update: (body, set) => {
      const columns = Object.keys(set).map((name, index) => `${name} = $${index + 2}`);
      return read(`update notes set ${columns} where body = $1 returning *`, [body, ...Object.values(set)]);
    },
    remove: (body) => read("delete from notes where body = $1 returning *", [body]),
    raw: (text, values) => read(text, values),
    transaction: (run) => client.transaction((inner) => run(notesOf(inner))),
    stream: (text, size) => readCursor((client as PrincipalClient).query(new Cursor(text)), size),
  };
}

async function* readCursor(cursor: Cursor, size: number): AsyncGenerator<Record<string, unknown>> {
  try {
    for (;;) {
      const rows = await cursor.read(size);
      if (rows.length === 0) return;
      yield* rows;
    }
  } finally {
    await cursor.close();
  }
}

describeRows(adapter);
