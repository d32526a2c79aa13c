import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { createRows } from "@usher-auth/postgres";
import { openPool } from "@usher-auth/postgres/connection";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { rows as ownRows, type PreparedTables, prepareTables } from "../prepared-tables.ts";

let server: PostgresServer;
let tables: PreparedTables;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  tables = await prepareTables(server);
  admin = postgres(tables.adminUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});
beforeEach(() => admin.unsafe(ownRows));

function open(settings: postgres.Options<Record<string, never>> = {}) {
  const sql = postgres(tables.url, { max: 1, fetch_types: false, onnotice: () => {}, ...settings });
  onTestFinished(() => sql.end({ timeout: 1 }));
  const rows = createRows(sql, { key: tables.key });
  return { sql, rows, alice: rows.for({ id: "alice" }) };
}

describe.each([true, false])("prepared: %s", (prepare) => {
  test("fragments, helpers and values are those of the client", async () => {
    const { alice } = open({ prepare });
    const own = alice`owner_id = ${"alice"} and body in ${alice(["note of alice", "x"])}`;
    expect(await alice`select ${alice("body")} from ${alice("notes")} where ${own}`).toEqual([
      { body: "note of alice" },
    ]);
    const [added] =
      await alice`insert into notes ${alice([{ body: "a" }, { body: "b" }], "body")} returning body`;
    expect(added).toEqual({ body: "a" });
    expect(
      await alice`select ${alice.json({ a: [1] })}::jsonb as json, ${new Date(0)}::timestamptz as at`,
    ).toEqual([{ json: { a: [1] }, at: new Date(0) }]);
    expect(await alice.unsafe("select $1::int + $2 as sum", [1, 2])).toEqual([{ sum: 3 }]);
  });

  test("a value is written as the type of its parameter, also when the types are known", async () => {
    const { alice } = open({ prepare });
    for (const value of [{ n: 1 }, "text", 7, null, [1]]) {
      const [row] = await alice`select ${value as never}::jsonb as value`;
      expect(row?.value).toEqual(value);
    }
  });

  test("values(), raw(), forEach(), describe() and cursor() do what they do on the client", async () => {
    const { alice } = open({ prepare });
    expect(await alice`select 1 as a, 'x' as b`.values()).toEqual([[1, "x"]]);
    expect(await alice`select 'x' as b`.raw()).toEqual([[Buffer.from("x")]]);
    const seen: unknown[] = [];
    await alice`select generate_series(1, 3) as n`.forEach(({ n }) => void seen.push(n));
    expect(seen).toEqual([1, 2, 3]);
    const { columns, types } = await alice`select body from notes where id = ${1}`.describe();
    expect([columns.map(({ name }) => name), types]).toEqual([["body"], [23]]);
    const batches: unknown[] = [];
    for await (const batch of alice`select generate_series(1, ${5}::int) as n`.cursor(2))
      batches.push(batch.map(({ n }) => n));
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
    await alice`select generate_series(1, 5) as n`.cursor(2, () => alice.CLOSE);
    for await (const _ of alice`select generate_series(1, 5) as n`.cursor(2)) break;
    expect(await alice`select body from notes`).toEqual([{ body: "note of alice" }]);
  });
});

test("the answer of a statement waits for its commit", async () => {
  const { alice } = open();
  await alice`insert into notes (body) values ('new')`;
  expect(await admin`select owner_id from notes where body = 'new'`).toEqual([{ owner_id: "alice" }]);
});

test.each([
  ["undefined", undefined, "UNDEFINED_VALUE"],
  ["a date that is none", new Date(Number.NaN), "Invalid time value"],
  ["a cyclic object", cyclic(), "circular"],
])("a value that cannot be written harms no other query: %s", async (_name, value, message) => {
  const { alice } = open();
  const write = () => alice`select ${value as never}::jsonb as value`;
  const inTransaction = alice.begin((sql) => [
    sql`select 1 as first`,
    sql`select ${value as never}::jsonb as value`,
  ]);
  const answers = await Promise.allSettled([write(), alice`select 2 as second`, inTransaction, write()]);
  const reason = expect.objectContaining({ message: expect.stringContaining(message) });
  expect(answers).toEqual([
    { status: "rejected", reason },
    { status: "fulfilled", value: [{ second: 2 }] },
    { status: "rejected", reason },
    { status: "rejected", reason },
  ]);
  // Once the types are known, nothing is sent, and the connection stays.
  await alice`select ${null}::jsonb as value`;
  const pid = () => alice`select pg_backend_pid() as pid`;
  const before = await pid();
  await expect(write()).rejects.toThrow(message);
  expect(await pid()).toEqual(before);
});

test("a statement that a migration has outdated is prepared again", async () => {
  const sent: string[] = [];
  const { alice } = open({ debug: (_connection, text) => void sent.push(text) });
  await admin`create table grows (a int)`;
  await admin`grant select on grows to usher_api`;
  const read = () => alice`select * from grows where ${1} = 1`;
  await read();
  await read();
  await admin`alter table grows add b int`;
  await admin`insert into grows values (1, 2)`;
  sent.length = 0;
  expect(await read()).toEqual([{ a: 1, b: 2 }]);
  // Not a third time by postgres.js, after the transaction.
  expect(sent.filter((text) => text.includes("grows"))).toHaveLength(2);
  await admin`drop table grows`;
});

test("the types of parameters are asked for again after an error", async () => {
  const { alice } = open({ prepare: false });
  await admin`create table changes (a int)`;
  await admin`grant select on changes to usher_api`;
  const read = () => alice.unsafe("select * from changes where a = $1", ["1"]);
  await read();
  await admin`alter table changes alter a type uuid using null`;
  await expect(read()).rejects.toMatchObject({ code: "42883" });
  await expect(read()).rejects.toMatchObject({ code: "22P02" });
  await admin`drop table changes`;
});

test("cancel() ends a query that runs, and one that has not started", async () => {
  const { alice } = open();
  const started = performance.now();
  const query = alice`select pg_sleep(5)`;
  const cancelled = expect(query).rejects.toMatchObject({ code: "57014" });
  const second = alice`select pg_sleep(5)`;
  const secondCancelled = expect(second).rejects.toMatchObject({ code: "57014" });
  second.execute();
  await new Promise((resolve) => setTimeout(resolve, 100));
  second.cancel();
  query.cancel();
  await Promise.all([cancelled, secondCancelled]);
  expect(await alice`select body from notes`).toEqual([{ body: "note of alice" }]);
  expect(performance.now() - started).toBeLessThan(4_000);
});

test("what cannot run for a principal throws, and says so", async () => {
  const { alice } = open();
  const client = alice as unknown as Record<string, () => unknown>;
  for (const name of ["close", "end", "file", "largeObject", "listen", "notify", "reserve", "subscribe"])
    expect(client[name], name).toThrow(`${name}() cannot run for a principal`);
  expect(() => alice`select 1`.simple()).toThrow("the simple protocol");
  await expect(alice`select 1`.readable()).rejects.toThrow("the simple protocol");
  await expect(alice`copy notes from stdin`.writable()).rejects.toThrow("the simple protocol");
  expect(() => alice.unsafe("select 1", [], { simple: true } as object)).toThrow("the simple protocol");
  await expect(alice.unsafe("select 1; select 2")).rejects.toMatchObject({ code: "42601" });
  await expect(alice`${alice.unsafe("commit")}`).rejects.toThrow("only select");
  await expect(alice.begin("read only; commit", async () => {})).rejects.toThrow(
    "the modes of a transaction",
  );
  await expect(alice.begin((sql) => sql`begin`)).rejects.toThrow("only select");
});

test("begin() takes modes, and savepoint() a name", async () => {
  const { alice } = open();
  const level = await alice.begin("isolation level repeatable read read only", async (sql) => {
    const [row] = await sql`select current_setting('transaction_isolation') as level`;
    return row?.level;
  });
  expect(level).toBe("repeatable read");
  await alice.begin(async (sql) => {
    await sql`insert into notes (body) values ('kept')`;
    await sql
      .savepoint('na"me', async (inner) => {
        await inner`insert into notes (body) values ('undone')`;
        throw new Error("undo");
      })
      .catch(() => undefined);
  });
  expect((await alice`select body from notes order by id`).map(({ body }) => body)).toEqual([
    "note of alice",
    "kept",
  ]);
});

test("a function that returns queries gets their results", async () => {
  const { alice } = open();
  const results = await alice.begin((sql) => [sql`select 1 as a`, sql`select 2 as b`]);
  expect(results).toEqual([[{ a: 1 }], [{ b: 2 }]]);
});

test("a pool that also serves queries of nobody mixes none of them", async () => {
  const { sql, rows } = open({ max: 2 });
  const loops = Array.from({ length: 300 }, async (_, index) => {
    if (index % 3 === 0) {
      const [row] =
        await sql`select coalesce(current_setting('usher.user_id', true), '') as id, current_user as role`;
      expect(row).toEqual({ id: "", role: "api_login" });
    } else {
      const [row] = await rows.for({
        id: `user${index}`,
      })`select usher.user_id() as id, current_user as role`;
      expect(row).toEqual({ id: `user${index}`, role: "usher_api" });
    }
  });
  await Promise.all(loops);
});

test("a cursor that is left open is closed after the time of a transaction", async () => {
  const { sql } = open();
  const alice = createRows(sql, { key: tables.key, transactionTimeout: 1_000 }).for({ id: "alice" });
  const iterator = alice`select generate_series(1, 9) as n`.cursor(2)[Symbol.asyncIterator]();
  await iterator.next();
  await expect.poll(() => alice`select 1 as n`, { timeout: 4_500 }).toEqual([{ n: 1 }]);
});

test("the client of openPool works, also after it has been renewed", async () => {
  const pool = openPool(postgres, tables.url, { max: 2 });
  onTestFinished(() => pool.end());
  const rows = createRows(pool.client, { key: tables.key });
  const alice = rows.for({ id: "alice" });
  const read = () => alice`select body from notes where id > ${0}`;
  expect(await read()).toEqual([{ body: "note of alice" }]);
  pool.renew();
  expect(await read()).toEqual([{ body: "note of alice" }]);
  expect(await alice.begin((sql) => sql`select body from notes`)).toEqual([{ body: "note of alice" }]);
});

test("a pool that is ended rejects at once", async () => {
  const { sql, alice } = open();
  await sql.end();
  await expect(alice`select 1`).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
  await expect(alice.begin((inner) => inner`select 1`)).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
});

test("a server that is not there rejects, and the next query connects", async () => {
  const { sql } = open({ port: 1, host: "127.0.0.1", connect_timeout: 1, backoff: () => 0.01 } as object);
  const alice = createRows(sql, { key: tables.key }).for({ id: "alice" });
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(alice`select 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test.each(["a transaction", "a reserved connection", "a fragment", "nothing", "a string"])(
  "createRows refuses %s",
  async (name) => {
    const sql = postgres(tables.url, { max: 1 });
    onTestFinished(() => sql.end({ timeout: 1 }));
    const refused = (value: unknown) =>
      expect(() => createRows(value as never)).toThrow(
        "createRows needs a Pool of pg, a client of postgres.js",
      );
    if (name === "a transaction") await sql.begin(async (transaction) => refused(transaction));
    if (name === "a reserved connection") {
      const reserved = await sql.reserve();
      refused(reserved);
      reserved.release();
    }
    if (name === "a fragment") refused(sql`select 1`);
    if (name === "nothing") refused(undefined);
    if (name === "a string") refused(tables.url);
  },
);

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}
