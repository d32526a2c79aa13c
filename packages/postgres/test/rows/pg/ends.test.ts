import { createRows } from "@usher-auth/postgres";
import pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openServer, type RowsDatabase } from "../contract/database.ts";

// How transactions end, and what they leave in the pool.

let database: RowsDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await openServer("hardened");
});
afterAll(() => database?.close());
beforeEach(() => {
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterEach(() => pool.end());

const rowsOf = (options = {}) => createRows(pool, { key: database.key, ...options }).for({ id: "alice" });
const connection = async () => (await rowsOf().query("select pg_backend_pid() as pid")).rows[0]?.pid;
const failsAtCommit = "insert into pairs (twin) values (-1)";

test("a commit that fails keeps its connection", async () => {
  const before = await connection();
  const failed = rowsOf().transaction((client) => client.query(failsAtCommit));
  await expect(failed).rejects.toMatchObject({ code: "23503" });
  const aborted = rowsOf().transaction((client) => client.query("select 1 / 0").catch(() => undefined));
  await expect(aborted).rejects.toThrow("was rolled back, because one of its statements had failed");
  expect(await connection()).toBe(before);
});

test("after a commit that failed, a client begins the next transaction, with or without a rollback", async () => {
  const before = await connection();
  const client = await rowsOf().connect();
  for (const rollback of [true, false]) {
    await client.query("begin");
    await client.query(failsAtCommit);
    await expect(client.query("commit")).rejects.toMatchObject({ code: "23503" });
    if (rollback) await client.query("rollback");
  }
  client.release();
  expect(await connection()).toBe(before);
});

test("a commit that is not awaited before the release is made, and keeps its connection", async () => {
  const before = await connection();
  const client = await rowsOf().connect();
  await client.query("begin");
  await client.query("insert into notes (body) values ('committed')");
  const committed = client.query("commit");
  client.release();
  await committed;
  expect(await connection()).toBe(before);
  expect(await database.admin("select id from notes where body = 'committed'")).toHaveLength(1);
});

test("a transaction whose time is over during its commit does not claim to be rolled back", async () => {
  await database.admin(
    "create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return null; end $$",
  );
  await database.admin(
    "create constraint trigger wait after insert on pairs deferrable initially deferred for each row execute function wait()",
  );
  const slow = rowsOf({ transactionTimeout: 200 }).transaction((client) =>
    client.query("insert into pairs (twin) values (null)"),
  );
  await expect(slow).rejects.toThrow("took longer than 200 ms while it was being committed: it may be");
  await database.admin("drop trigger wait on pairs");
  expect(await database.admin("select id from pairs")).toHaveLength(1);
});

test("a transaction that cannot end, because a cursor is open, is rolled back at its timeout", async () => {
  const open = rowsOf({ transactionTimeout: 200 }).transaction(async (client) => {
    await client.query(new Cursor("select generate_series(1, 5)")).read(1);
  });
  await expect(open).rejects.toThrow("took longer than 200 ms and was rolled back");
});

test("a connection that Postgres ends with a statement does not serve the next one", async () => {
  const { url } = database;
  const own = new pg.Pool({ connectionString: url, max: 1, options: "-c transaction_timeout=100" });
  for (const key of [database.key, undefined]) {
    const rows = createRows(own, { key }).for({ id: "alice" });
    const [ended, next] = await Promise.allSettled([
      rows.query("select pg_sleep(2)"),
      rows.query("select 1 as one"),
    ]);
    expect(ended).toMatchObject({ status: "rejected", reason: { code: "25P04" } });
    expect(next).toMatchObject({ status: "fulfilled", value: { rows: [{ one: 1 }] } });
  }
  await own.end();
});

test("a statement that other code's unawaited begin has caught rejects: it would not be committed", async () => {
  const other = await pool.connect();
  void other.query("begin");
  other.release();
  const rows = createRows(pool).for({ id: "alice" });
  await expect(rows.query("select 1 as one")).rejects.toThrow("in a transaction that other code had begun");
  expect((await rows.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("Drizzle tells the pool of a principal from a client, also where a minifier has renamed the class", async () => {
  const { constructor: PrincipalPool } = rowsOf();
  const text = `export default ${String(PrincipalPool).replace(/^class \w+/, "class a")}`;
  const { default: renamed } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  // What drizzle-orm/node-postgres looks at.
  expect(renamed.name).toContain("Pool");
});
