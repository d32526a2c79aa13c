import { Socket } from "node:net";
import { createRows, type PrincipalClient } from "@usher-auth/postgres";
import pg from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openServer, type RowsDatabase } from "../contract/database.ts";

let database: RowsDatabase;
let pool: pg.Pool;
const alice = { id: "alice" };

beforeAll(async () => {
  database = await openServer("hardened");
  pool = openPool();
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

function openPool(config: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: database.url, max: 1, ...config });
}

const rowsOf = (from = pool, options = {}) => createRows(from, { key: database.key, ...options }).for(alice);

test("what is no pool is refused, with what to pass", async () => {
  const client = await pool.connect();
  try {
    const others = [client, new pg.Client(), rowsOf(), await rowsOf(openPool()).connect(), {}, () => {}];
    for (const other of others) {
      expect(() => createRows(other as unknown as pg.Pool)).toThrow(/createRows needs a Pool of pg/);
    }
  } finally {
    client.release();
  }
});

test("results are those of pg: rows, fields, counts, types, arrays, empty results", async () => {
  const bare = openPool({ connectionString: database.url });
  const queries: (string | pg.QueryConfig | pg.QueryArrayConfig)[] = [
    "select 1 as one, 'text' as text, null as nothing, now()::date as day, '{1,2}'::int[] as list",
    {
      text: "select $1::int as a, $2::jsonb as b, $3::bytea as c",
      values: [1, { x: [1] }, Buffer.from([1, 2])],
    },
    { text: "select $1::text[] as list", values: [["a", 'b"', null]] },
    { text: "select 1 as a, 2 as a", rowMode: "array" },
    { text: "select $1::timestamptz as at", values: [new Date(0)] },
    {
      text: "select 1 as one",
      types: { getTypeParser: () => (value: string) => `parsed ${value}` } as never,
    },
    { text: "select 1 as binary", binary: true } as pg.QueryConfig,
    "select 1 as one where false",
    "values (1), (2)",
    "-- a comment\n /* another */ select 1 as one",
  ];
  for (const query of queries) {
    const expected = await bare.query(query as pg.QueryConfig);
    const { rows, rowCount, command, fields, oid } = await rowsOf().query(query as pg.QueryConfig);
    expect({ rows, rowCount, command, oid }).toEqual({
      rows: expected.rows,
      rowCount: expected.rowCount,
      command: expected.command,
      oid: expected.oid,
    });
    expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual(
      expected.fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    );
  }
  await bare.end();
});

test("type parsers of the pool's client apply", async () => {
  const own = openPool();
  own.on("connect", (client) => client.setTypeParser(23, (value: string) => `number ${value}`));
  expect((await rowsOf(own).query("select 1 as one")).rows).toEqual([{ one: "number 1" }]);
  await own.end();
});

test("the statement and what it is bound with go out in one write", async () => {
  await rowsOf().query("select 1");
  const socket = Socket.prototype as unknown as {
    _writev(parts: unknown): void;
    _write(bytes: Buffer): void;
  };
  const [several, single] = [vi.spyOn(socket, "_writev"), vi.spyOn(socket, "_write")];
  try {
    await rowsOf().query("select $1::int", [1]);
    expect(several).toHaveBeenCalledTimes(1);
    // The proxy is in this process too, and forwards what has arrived as one piece.
    expect(single.mock.calls.filter(([bytes]) => String(bytes).includes("select $1"))).toHaveLength(1);
  } finally {
    several.mockRestore();
    single.mockRestore();
  }
});

test("a connection that other code has left in a transaction serves nobody", async () => {
  const left = await pool.connect();
  await left.query("begin");
  await left.query("select set_config('usher.user_id', 'bob', false)");
  await left.query("select set_config('usher.left', 'seen', true)");
  left.release();
  const setting = "select nullif(current_setting('usher.left', true), '') as setting";
  expect((await rowsOf().query(setting)).rows).toEqual([{ setting: null }]);
  expect((await rowsOf().query("select body from notes")).rows).toEqual([{ body: "note of alice" }]);
  await rowsOf().query("insert into notes (body) values ('committed')");
  expect(await database.admin("select id from notes where body = 'committed'")).toHaveLength(1);
  await database.admin("delete from notes where body = 'committed'");
});

test("a query without a text, with a callback or with values that are no array is refused", async () => {
  const rows = rowsOf();
  const query = rows.query.bind(rows) as (...input: unknown[]) => Promise<unknown>;
  await expect(query({})).rejects.toThrow("a query needs a text");
  await expect(query("select 1", () => {})).rejects.toThrow("take no callback");
  await expect(query("select 1", "value")).rejects.toThrow("Query values must be an array");
  await expect(query(new Cursor("select 1"))).rejects.toThrow("a cursor needs a transaction");
  expect((await rows.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a value that pg cannot write rejects, runs nothing, and leaves the connection as it was", async () => {
  const unwritable = {
    toPostgres: () => {
      throw new Error("cannot be written");
    },
  };
  const insert = "insert into notes (body) values ($1)";
  await expect(rowsOf().query(insert, [unwritable])).rejects.toThrow("cannot be written");
  await rowsOf().transaction(async (client) => {
    await expect(client.query(insert, [unwritable])).rejects.toThrow("cannot be written");
    await expect(client.query(insert, [unwritable])).rejects.toThrow("cannot be written");
    expect((await client.query("select body from notes")).rows).toEqual([{ body: "note of alice" }]);
  });
  expect(pool.totalCount).toBe(1);
});

test("a type parser that throws rejects, and the connection goes on", async () => {
  const types = {
    getTypeParser: () => () => {
      throw new Error("cannot be read");
    },
  };
  await expect(rowsOf().query({ text: "select 1", types: types as never })).rejects.toThrow("cannot be read");
  expect((await rowsOf().query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a statement with a name is prepared once, also when another one of the name fails first", async () => {
  const own = openPool();
  const named = { name: "notes", text: "select body from notes where body <> $1", values: [""] };
  await expect(rowsOf(own).query({ ...named, text: "select (" })).rejects.toThrow("syntax error");
  for (let index = 0; index < 3; index++) {
    expect((await rowsOf(own).query(named)).rows).toEqual([{ body: "note of alice" }]);
  }
  await rowsOf(own).transaction(async (client) => {
    expect((await client.query(named)).rows).toEqual([{ body: "note of alice" }]);
    const { rows } = await client.query("select name from pg_prepared_statements where name = 'notes'");
    expect(rows).toEqual([{ name: "notes" }]);
  });
  await own.end();
});

test("with the option prepare, statements and the binding are prepared, up to 100 texts on a connection", async () => {
  const own = openPool();
  const rows = rowsOf(own, { prepare: true });
  for (let index = 0; index < 110; index++)
    await rows.query(`select ${index}::int as a, $1::int as b`, [index]);
  const { rows: prepared } = await rows.query("select count(*)::int as n from pg_prepared_statements");
  // 100, and the binding and the reset of a hardened session.
  expect(prepared).toEqual([{ n: 102 }]);
  const bob = createRows(own, { key: database.key, prepare: true }).for({ id: "bob" });
  const text = "select body from notes";
  expect([(await rows.query(text)).rows, (await bob.query(text)).rows]).toEqual([
    [{ body: "note of alice" }],
    [{ body: "secret of bob" }],
  ]);
  await own.end();
});

test("a prepared statement that no longer fits its table fails once, and is then prepared again", async () => {
  const own = openPool();
  const rows = rowsOf(own, { prepare: true });
  await rows.query("select * from notes");
  await database.admin("alter table notes add column extra text");
  await expect(rows.query("select * from notes")).rejects.toThrow("cached plan must not change result type");
  expect((await rows.query("select * from notes")).rows).toHaveLength(1);
  await database.admin("alter table notes drop column extra");
  await own.end();
});

test("isolation levels and access modes are those that were asked for", async () => {
  const client = await rowsOf().connect();
  const level = async () => {
    const { rows } = await client.query(
      "select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as read_only",
    );
    return rows[0];
  };
  await client.query("begin isolation level serializable read only");
  expect(await level()).toEqual({ level: "serializable", read_only: "on" });
  await client.query("commit");
  await client.query("START TRANSACTION");
  await client.query("set transaction isolation level repeatable read");
  expect(await level()).toEqual({ level: "repeatable read", read_only: "off" });
  await expect(client.query("set transaction read only")).rejects.toThrow("before the first query");
  await client.query("rollback");
  expect(await level()).toEqual({ level: "read committed", read_only: "off" });
  client.release();
});

test("a client follows pg: one transaction after another, and nothing after its release", async () => {
  const client = await rowsOf().connect();
  await expect(client.query("commit")).rejects.toThrow("there is no transaction");
  await expect(client.query("savepoint a")).rejects.toThrow("there is no transaction");
  await client.query("begin");
  await expect(client.query("begin")).rejects.toThrow("there is a transaction already");
  await client.query("insert into notes (body) values ('left open')");
  client.release();
  expect(() => client.release()).toThrow("already released");
  await expect(client.query("select 1")).rejects.toThrow("after its connection was released");
  expect((await rowsOf().query("select id from notes where body = 'left open'")).rows).toEqual([]);
  expect(pool.idleCount).toBe(1);
});

test("a query that is made while its transaction commits is refused", async () => {
  const client = await rowsOf().connect();
  await client.query("begin");
  await client.query("select 1");
  const [committed, late] = await Promise.allSettled([client.query("commit"), client.query("select 1")]);
  expect(committed.status).toBe("fulfilled");
  expect(late).toMatchObject({
    status: "rejected",
    reason: { message: /after its transaction had finished/ },
  });
  client.release();
});

test("cursors and streams read inside a transaction, also on a pool in pipeline mode", async () => {
  for (const from of [pool, openPool({ pipeline: true } as pg.PoolConfig)]) {
    const bodies = await rowsOf(from).transaction(async (client) => {
      const stream = client.query(new QueryStream("select body from notes"));
      const found: unknown[] = [];
      for await (const row of stream) found.push(row.body);
      return found;
    });
    expect(bodies).toEqual(["note of alice"]);
    expect((await rowsOf(from).query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    if (from !== pool) await from.end();
  }
});

test("a cursor over anything but rows is refused, and one of a finished transaction rejects", async () => {
  let late!: PrincipalClient;
  await rowsOf().transaction(async (client) => {
    late = client;
    expect(() => client.query(new Cursor("copy notes to stdout"))).toThrow("only select, insert");
    expect(() => client.query({ submit: () => {} })).toThrow("only select, insert");
  });
  expect(() => late.query(new Cursor("select 1"))).toThrow("after its transaction had finished");
});

test("a statement that takes longer than the statement timeout is canceled", async () => {
  const rows = rowsOf(pool, { statementTimeout: 100 });
  await expect(rows.query("select pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
  await expect(rows.transaction((client) => client.query("select pg_sleep(5)"))).rejects.toMatchObject({
    code: "57014",
  });
  expect((await rows.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a transaction that never ends rejects at its timeout", async () => {
  const rows = rowsOf(pool, { transactionTimeout: 100 });
  const endless = rows.transaction(async (client) => {
    await client.query("select 1");
    return new Promise(() => {});
  });
  await expect(endless).rejects.toThrow("took longer than 100 ms and was rolled back");
  expect((await rows.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a query timeout of pg rejects, and its connection is replaced", async () => {
  const own = openPool({ query_timeout: 100 });
  await expect(rowsOf(own).query("select pg_sleep(2)")).rejects.toThrow("Query read timeout");
  expect((await rowsOf(own).query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await own.end();
});

test("a wrong key is an outage of the database, not an empty page", async () => {
  const wrong = createRows(pool, { key: "another key, which the database does not know" }).for(alice);
  await expect(wrong.query("select * from notes")).rejects.toMatchObject({ code: "28000" });
  const none = createRows(pool).for(alice);
  await expect(none.query("select * from notes")).rejects.toMatchObject({ code: "28000" });
});

test("a statement that is never answered rejects, and its connection is replaced", async () => {
  const own = openPool();
  const rows = rowsOf(own, { statementTimeout: 1_000 });
  await rows.query("select 1");
  // Every connection through the proxy: this is the last test.
  await database.proxy?.set({ kind: "stall" });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const stalled = expect(rows.query("select 1")).rejects.toThrow("Connection terminated");
    await new Promise((resolve) => setImmediate(resolve));
    // The statement timeout, and as long again as an answer may take.
    await vi.advanceTimersByTimeAsync(6_001);
    await stalled;
  } finally {
    vi.useRealTimers();
    await database.proxy?.set({ kind: "none" });
  }
  expect((await rows.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await own.end();
});
