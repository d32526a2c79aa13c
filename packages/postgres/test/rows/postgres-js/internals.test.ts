import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Builder, Connection, Query } from "../../../src/rows/drivers/postgres-js/shape.ts";

// What createRows uses of postgres.js, and postgres.js does not document. A new version may change it.

let server: PostgresServer;
let sql: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  sql = postgres(server.url, { max: 2, fetch_types: false, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
});

const queryOf = (text: string, values: unknown[] = [], options: object = {}) =>
  sql.unsafe(text, values as never[], options) as unknown as Query;

test("a query does nothing until it is awaited, and then calls its handler once", async () => {
  const query = queryOf("select 1");
  let calls = 0;
  query.handler = (given) => {
    calls++;
    given.resolve("answer");
  };
  expect([await query, await query, calls]).toEqual(["answer", "answer", 1]);
});

test("a part that sql() makes writes itself, with the fragments in it, as text and values", () => {
  const values: unknown[] = [];
  const types: number[] = [];
  const query = sql`a = ${1} and ${sql`b = ${"x"}`} and c = ${new Date(0)}`;
  const builder = sql({ query } as never) as unknown as Builder;
  expect(builder.build("values", values, types, sql.options as never)).toBe("(a = $1 and b = $2 and c = $3)");
  expect([values, types]).toEqual([
    [1, "x", new Date(0)],
    [0, 0, 1184],
  ]);
});

test("onexecute gets the connection, which runs what is executed at once, and comes back when it is idle", async () => {
  const answers: string[] = [];
  const events: string[] = [];
  const named = (text: string) => {
    const query = queryOf(text, [], { simple: true });
    query.resolve = () => answers.push(text);
    return query;
  };
  const carrier = queryOf("", [], {
    simple: true,
    onexecute: (connection: Connection) => {
      connection.queue.remove(connection);
      connection.queue = { remove: () => {}, push: () => {} } as Connection["queue"];
      connection.idleTimer.cancel();
      connection.reserved = () => {
        events.push("reserved");
        connection.execute(named("commit"));
      };
      for (const text of ["begin", "select 1"]) expect(connection.execute(named(text))).toBe(true);
    },
  });
  carrier.handler(carrier);
  await expect.poll(() => answers).toEqual(["begin", "select 1", "commit"]);
  expect(events).toEqual(["reserved"]);
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
});

test("a query with parameters is described first, unless `describeFirst` says that it is not", async () => {
  for (const isKnown of [false, true]) {
    const query = queryOf("select $1::int as n", [1]);
    const asked: unknown[] = [];
    Object.defineProperty(query, "describeFirst", {
      get: () => (isKnown ? false : asked.at(-1)),
      set: (value) => asked.push(value),
    });
    expect(await query).toEqual([{ n: 1 }]);
    expect(asked.map(Boolean)).toEqual(isKnown ? [true] : [true, false]);
    expect(query.statement?.types).toEqual([23]);
  }
});

test("a prepared statement that is outdated sets `retried`, and is not sent again if it is cancelled", async () => {
  const own = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => {} });
  onTestFinished(() => own.end());
  await own`create table grows (a int)`;
  const prepared = () => own.unsafe("select * from grows", [], { prepare: true, simple: false } as object);
  await prepared();
  await own`alter table grows add b int`;
  const query = prepared() as unknown as Query;
  Object.defineProperty(query, "retried", {
    get: () => undefined,
    set: (error) => {
      query.cancelled = true;
      query.reject(error);
    },
  });
  await expect(query).rejects.toMatchObject({ code: "0A000", severity: "ERROR" });
  expect(await prepared()).toEqual([]);
});

test("reserve() does not answer on a new connection without fetch_types: the reason for all of this", async () => {
  const own = postgres(server.url, { max: 1, fetch_types: false });
  onTestFinished(() => own.end({ timeout: 0 }));
  const reserved = own.reserve().then(
    () => "reserved",
    () => "ended",
  );
  expect(await Promise.race([reserved, new Promise((resolve) => setTimeout(resolve, 500, "waiting"))])).toBe(
    "waiting",
  );
});
