import { createRows } from "@usher-auth/postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer, type RowsDatabase } from "../contract/database.ts";

let database: RowsDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await openServer("hardened");
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

/** Runs the texts on one connection of alice. Resolves to the command of each, or its error. */
async function run(...texts: string[]): Promise<string[]> {
  const client = await createRows(pool, { key: database.key }).for({ id: "alice" }).connect();
  const seen: string[] = [];
  for (const text of texts) {
    seen.push(
      await client.query(text).then(
        ({ command }) => command,
        ({ message }: Error) => message,
      ),
    );
  }
  client.release();
  return seen;
}

test.each([
  ["begin", "commit"],
  ["BEGIN;", "COMMIT;"],
  ["start transaction", "rollback"],
  ["begin transaction isolation level read committed, read write", "end"],
  ["begin isolation level repeatable read read only deferrable", "abort"],
  [" begin\n work ", "rollback work"],
])("what ORMs send is recognised: %s … %s", async (begin, end) => {
  const [first, second, third] = await run(begin, "select 1", end);
  expect([first, second]).toEqual(["BEGIN", "SELECT"]);
  expect(third).toMatch(/^(?:COMMIT|ROLLBACK)$/);
});

test.each([
  ["savepoint sp1", "rollback to savepoint sp1", "release savepoint sp1"],
  ['savepoint "a b"', 'rollback to "a b"', 'release "a b"'],
])("savepoints are recognised: %s", async (...texts) => {
  expect(await run("begin", ...texts, "commit")).toEqual([
    "BEGIN",
    "SAVEPOINT",
    "ROLLBACK",
    "RELEASE",
    "COMMIT",
  ]);
});

test.each([
  "begin; set role none",
  "commit; set role none",
  "begin -- comment",
  "/* comment */ commit",
  "commit and chain",
  "begin isolation level serializable; select 1",
  "savepoint a; commit",
  'savepoint "a"; commit; --"',
  "rollback to savepoint a, b",
  "set transaction snapshot '1'",
  "set transaction read only; reset role",
  "set session characteristics as transaction read only",
  "commit prepared 'x'",
  "prepare transaction 'x'",
])("anything around it is refused: %s", async (text) => {
  const [, , refused] = await run("begin", "select 1", text);
  expect(refused).toContain("only select, insert, update, delete");
});
