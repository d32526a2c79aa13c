import { missingPgbouncer, type Pgbouncer, startPgbouncer } from "@usher-auth/e2e/pgbouncer";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { createRows, type RowPrincipal } from "@usher-auth/postgres";
import { isPooled, openPool } from "@usher-auth/postgres/connection";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sessionState } from "../../test/rows/injection/damage.ts";
import { type PreparedTables, prepareTables } from "../../test/rows/prepared-tables.ts";

// PgBouncer in transaction mode with two server connections, which twenty users share. What one of them
// leaves on a server connection, the next one gets.

const missing = missingPgbouncer();
let server: PostgresServer;
let pooler: Pgbouncer;
let tables: PreparedTables;
beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startPostgres();
  tables = await prepareTables(server, "hardened");
  pooler = await startPgbouncer({ target: server.port, users: { api_login: "test" }, poolSize: 2 });
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});
afterAll(async () => {
  await pooler?.stop();
  await server?.stop();
});

type Row = Readonly<Record<string, unknown>>;

/** What the test needs from a driver. */
interface Client {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}
interface Driver {
  for(principal: RowPrincipal): Client & {
    transaction<Result>(run: (client: Client) => Promise<Result>): Promise<Result>;
  };
  close(): Promise<void>;
}

const drivers: Record<string, (url: string, key: string) => Driver> = {
  pg: (url, key) => {
    const pool = new pg.Pool({ connectionString: url, max: 8 });
    const rows = createRows(pool, { key });
    const query = async (
      client: { query: pg.Pool["query"] },
      text: string,
      values: readonly unknown[] = [],
    ) => (await client.query<Row>(text, [...values])).rows;
    return {
      for: (principal) => {
        const client = rows.for(principal);
        return {
          query: (text, values) => query(client as never, text, values),
          transaction: (run) =>
            client.transaction((inner) =>
              run({ query: (text, values) => query(inner as never, text, values) }),
            ),
        };
      },
      close: () => pool.end(),
    };
  },
  "postgres.js": (url, key) => {
    const pool = openPool(postgres, `${url}?prepare=false`, { max: 8, onnotice: () => {} });
    const rows = createRows(pool.client, { key });
    const clientOf = (sql: postgres.ISql): Client => ({
      query: async (text, values = []) => await sql.unsafe(text, values as never[]),
    });
    return {
      for: (principal) => {
        const sql = rows.for(principal);
        return {
          ...clientOf(sql),
          transaction: (run) => sql.begin((inner) => run(clientOf(inner))) as never,
        };
      },
      close: pool.end,
    };
  },
};

/** As injected SQL would: settings of the session, locks, and numbers of sequences, with and without an error. */
const injected = [
  "select set_config('usher.user_id', 'user-1', false)",
  "select set_config('usher.user_id', 'user-1', false), 1 / (random() - random())::int",
  "select set_config('role', 'none', false)",
  "select set_config('search_path', 'pg_temp', false)",
  "select set_config('statement_timeout', '1', false)",
  "select set_config('default_transaction_read_only', 'on', false)",
  "select pg_advisory_lock_shared(42)",
  "select pg_advisory_lock_shared(42), 1 / (select 0)",
  "select nextval('notes_id_seq')",
  "select nextval('notes_id_seq'), 1 / (select 0)",
];

test("isPooled tells a pooler from the server itself", async () => {
  for (const [url, expected] of [
    [tables.url, false],
    [pooler.through(tables.url), true],
  ] as const) {
    const sql = postgres(url, { max: 1, fetch_types: false });
    expect(await isPooled(sql)).toBe(expected);
    await sql.end();
  }
});

describe.each(Object.keys(drivers))("behind PgBouncer in transaction mode, %s:", (name) => {
  let driver: Driver;
  beforeAll(() => {
    if (missing === undefined)
      driver = drivers[name]?.(pooler.through(tables.url), tables.key ?? "") as Driver;
  });
  afterAll(() => driver?.close());

  test("twenty users on two server connections see and write only their own rows, whatever is injected", async () => {
    const users = Array.from({ length: 20 }, (_, number) => `${name}-user-${number}`);
    const seen: string[] = [];
    async function use(user: string, turn: number): Promise<void> {
      const client = driver.for({ id: user });
      const look = (rows: readonly Row[]) => {
        for (const { owner_id } of rows) if (owner_id !== user) seen.push(`${user} saw ${String(owner_id)}`);
      };
      const statement = injected[turn % injected.length] as string;
      await client.query(statement).catch(() => undefined);
      look(await client.query("insert into notes (body) values ($1) returning *", [`${user} ${turn}`]));
      look(await client.query("select * from notes"));
      await client
        .transaction(async (inner) => {
          await inner.query(injected[(turn * 3) % injected.length] as string);
          look(await inner.query("update notes set body = body || '!' returning *"));
          // The injected setting is in force here, and gains nothing.
        })
        .catch(() => undefined);
      look(await client.query("select * from notes where body like $1", ["%"]));
    }
    await Promise.all(
      users.map(async (user, number) => {
        for (let turn = number; turn < number + 20; turn++) await use(user, turn);
      }),
    );
    expect(seen).toEqual([]);
    const admin = postgres(tables.adminUrl, { max: 1 });
    const rows = await admin`select owner_id, body from notes where body like ${`${name}-user-%`}`;
    for (const { owner_id, body } of rows) expect(body.split(" ")[0]).toBe(owner_id);
    expect(rows.length).toBe(users.length * 20);
    await admin.end();
  });

  test("a statement that fails leaves no lock on a server connection that has served another user since", async () => {
    const admin = postgres(tables.adminUrl, { max: 1 });
    const locks = () => admin`select from pg_locks where locktype = 'advisory'`;
    for (let turn = 0; turn < 20; turn++) {
      const fail = driver.for({ id: "alice" }).query("select pg_advisory_lock_shared(42), 1 / (select 0)");
      const others = [1, 2, 3].map((number) =>
        driver.for({ id: `user-${number}` }).query("select * from notes"),
      );
      await Promise.allSettled([fail, ...others]);
      expect(await locks()).toEqual([]);
    }
    await admin.end();
  });

  test.each(injected)("leaves nothing on the server connection: %s", async (statement) => {
    // As many as there are server connections, at once: both are looked at.
    const watchers = [1, 2].map(() =>
      postgres(pooler.through(tables.url), { max: 1, fetch_types: false, prepare: false }),
    );
    const look = () =>
      Promise.all(
        watchers.map((sql) =>
          sql.begin((inner) => sessionState((text) => inner.savepoint((raw) => raw.unsafe(text)))),
        ),
      );
    const before = await look();
    for (let turn = 0; turn < 4; turn++) {
      const alice = driver.for({ id: "alice" });
      await alice.query(statement).catch(() => undefined);
      await alice.transaction((inner) => inner.query(statement)).catch(() => undefined);
    }
    expect(await look()).toEqual(before);
    await Promise.all(watchers.map((sql) => sql.end()));
  });
});
