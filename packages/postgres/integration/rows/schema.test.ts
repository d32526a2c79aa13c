import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows } from "@usher-auth/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bindStatement, bindValues } from "../../src/rows/binding/bind-statement.ts";
import { type PreparedTables, prepareTables, uuidOf } from "../../test/rows/prepared-tables.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe.each(["hardened", "named"] as const)("%s", (mode) => {
  let prepared: PreparedTables;
  let sql: postgres.Sql;
  beforeAll(async () => {
    prepared = await prepareTables(server, mode);
    sql = postgres(prepared.url, { max: 1 });
  });
  afterAll(() => sql.end());

  /** The bodies that a principal sees in a table. */
  const seen = (table: string, userId: string, orgId = "", given = prepared.key) =>
    sql.begin(async (transaction) => {
      const key = given === undefined || given === "" ? undefined : Buffer.from(given);
      await transaction.unsafe(
        bindStatement,
        bindValues({ userId, orgId }, { statementTimeout: 5_000, key }),
      );
      return (await transaction.unsafe(`select body from ${table} order by id`)).map(({ body }) => body);
    });

  test.each([
    ["notes", "alice", "", ["note of alice"]],
    ["notes", "bob", "", ["secret of bob"]],
    ["notes", "", "", []],
    ["notes", "Alice", "", []],
    ["documents", uuidOf.alice, "", ["document of alice"]],
    ["documents", uuidOf.alice.toUpperCase(), "", []],
    ["documents", "alice", "", []],
    ["counters", "1", "", ["counter of alice"]],
    ["counters", "01", "", []],
    ["counters", " 1", "", []],
    ["counters", "99999999999", "", []],
    ["projects", "alice", "acme", ["project of alice at acme"]],
    ["projects", "alice", "other", ["project of alice elsewhere"]],
    ["projects", "alice", "", []],
    ["projects", "", "acme", []],
    ["notes", "😀 'ü", "ünï", []],
  ])("%s: %j of %j sees %j", async (table, userId, orgId, expected) => {
    expect(await seen(table, userId, orgId)).toEqual(expected);
  });

  test("nobody sees anything before a principal is bound", async () => {
    const find = () => sql.unsafe("select * from notes");
    if (mode === "hardened") await expect(find).rejects.toMatchObject({ code: "42501" });
    else expect(await find()).toEqual([]);
  });

  test.each([
    ["no key", "", "no key was given; set USHER_ROWS_KEY and the option key"],
    ["another key", "k".repeat(32), "does not know the key; run usher-auth migrate with USHER_ROWS_KEY"],
  ])("with %s, a hardened database says what to set", async (_name, given, reason) => {
    const found = seen("notes", "alice", "", given);
    if (mode === "named") expect(await found).toEqual(["note of alice"]);
    else
      await expect(found).rejects.toMatchObject({ code: "28000", message: expect.stringContaining(reason) });
  });

  test("migrating again changes nothing", async () => {
    const owner = postgres(prepared.ownerUrl, { max: 1, onnotice: () => {} });
    onTestFinished(() => owner.end());
    const keys = prepared.key === undefined ? [] : [prepared.key];
    expect(await migrateRows(owner, { keys })).toEqual({ mode, added: [], others: [], createdLogin: false });
  });
});
