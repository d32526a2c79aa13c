import { createRows } from "@usher-auth/postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer, type RowsDatabase } from "../contract/database.ts";

// What the driver uses of pg without its documentation naming it. A new version of pg that changes one of
// them fails here, by name.

let database: RowsDatabase;

beforeAll(async () => {
  database = await openServer("hardened");
});
afterAll(() => database?.close());

test.each([
  "prepare",
  "_getRows",
  "handleDataRow",
  "handleCommandComplete",
  "handleReadyForQuery",
  "handleError",
])("the class Query, which Client exposes, has the method %s", (method) => {
  const { Query } = pg.Client as unknown as { Query: { prototype: Record<string, unknown> } };
  expect(Query.prototype[method]).toBeTypeOf("function");
});

test("a client has a connection with parse, bind, execute, sync, the names of statements, and a stream", () => {
  const { connection } = new pg.Client() as unknown as { connection: Record<string, unknown> };
  for (const method of ["parse", "bind", "execute", "sync"])
    expect(connection[method]).toBeTypeOf("function");
  expect(connection.parsedStatements).toEqual({});
  expect(connection.stream).toMatchObject({ destroy: expect.any(Function), cork: expect.any(Function) });
});

test("a client says whether it is in a transaction", async () => {
  const client = new pg.Client(database.url);
  const status = () => (client as unknown as { getTransactionStatus(): unknown }).getTransactionStatus();
  await client.connect();
  const seen = [];
  for (const text of ["select 1", "begin", "select 1 / 0", "rollback"]) {
    await client.query(text).catch(() => undefined);
    // The error comes before the status.
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push(status());
  }
  expect(seen).toEqual(["I", "T", "E", "I"]);
  await client.end();
});

test("a pg that lacks one of them is refused at its first query, and its connection is returned", async () => {
  class OldClient extends pg.Client {}
  Object.defineProperty(OldClient.prototype, "getTransactionStatus", { value: undefined });
  const pool = new pg.Pool({ connectionString: database.url, max: 1, Client: OldClient } as pg.PoolConfig);
  const alice = createRows(pool, { key: database.key }).for({ id: "alice" });
  for (let index = 0; index < 2; index++) {
    await expect(alice.query("select 1")).rejects.toThrow("createRows needs pg 8.21 or newer");
  }
  await expect(alice.connect()).rejects.toThrow("createRows needs pg 8.21 or newer");
  await pool.end();
});
