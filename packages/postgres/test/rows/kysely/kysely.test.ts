import { kyselyRows } from "@usher-auth/postgres/kysely";
import { CamelCasePlugin, type Generated, Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { openServer, type RowsDatabase } from "../contract/database.ts";

interface Tables {
  notes: { id: Generated<number>; ownerId: Generated<string>; body: string };
}

let database: RowsDatabase;
let pool: pg.Pool;
let alice: Kysely<Tables>;

beforeAll(async () => {
  database = await openServer("hardened");
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const rows = kyselyRows<Tables>(pool, { key: database.key, plugins: [new CamelCasePlugin()] });
  alice = rows.for({ id: "alice" });
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

test.each([
  ["a client", new pg.Client()],
  ["a client of postgres.js", postgres()],
  ["a Kysely", new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool() }) })],
  ["a URL", "postgres://127.0.0.1"],
])("%s is refused", (_name, driver) => {
  expect(() => kyselyRows(driver as unknown as pg.Pool)).toThrow("kyselyRows needs a Pool of pg");
});

test("queries are typed, plugins apply, and results count what was written", async () => {
  const notes = await alice.selectFrom("notes").select(["ownerId", "body"]).execute();
  expectTypeOf(notes).toEqualTypeOf<{ ownerId: string; body: string }[]>();
  expect(notes).toEqual([{ ownerId: "alice", body: "note of alice" }]);
  const counted = await alice.updateTable("notes").set({ body: "changed" }).executeTakeFirst();
  expect(counted.numUpdatedRows).toBe(1n);
  await alice.updateTable("notes").set({ body: "note of alice" }).execute();
});

test("relations, CTEs and raw SQL see the principal's rows only", async () => {
  const joined = await alice
    .with("mine", (query) => query.selectFrom("notes").selectAll())
    .selectFrom("mine")
    .innerJoin("notes", "notes.id", "mine.id")
    .select(({ fn }) => fn.countAll<string>().as("n"))
    .executeTakeFirstOrThrow();
  expect(joined.n).toBe("1");
  const { rows } = await sql<{ body: string }>`select body from notes where owner_id = ${"bob"}`.execute(
    alice,
  );
  expect(rows).toEqual([]);
});

test("a controlled transaction has savepoints, and an isolation level", async () => {
  const transaction = await alice.startTransaction().setIsolationLevel("serializable").execute();
  await transaction.insertInto("notes").values({ body: "kept" }).execute();
  const saved = await transaction.savepoint("before").execute();
  await saved.insertInto("notes").values({ body: "undone" }).execute();
  const { rows } = await sql<{
    level: string;
  }>`select current_setting('transaction_isolation') as level`.execute(saved);
  expect(rows).toEqual([{ level: "serializable" }]);
  const back = await saved.rollbackToSavepoint("before").execute();
  await back.commit().execute();
  const bodies = await alice.selectFrom("notes").select("body").orderBy("id").execute();
  expect(bodies).toEqual([{ body: "note of alice" }, { body: "kept" }]);
  await alice.deleteFrom("notes").where("body", "=", "kept").execute();
});

test("several transactions and queries run on one reserved connection", async () => {
  const found = await alice.connection().execute(async (connection) => {
    const first = await connection
      .transaction()
      .execute((inner) => inner.selectFrom("notes").selectAll().execute());
    return [...first, ...(await connection.selectFrom("notes").selectAll().execute())];
  });
  expect(found.map(({ ownerId }) => ownerId)).toEqual(["alice", "alice"]);
});

test("destroy leaves the application's pool open", async () => {
  const rows = kyselyRows<Tables>(pool, { key: database.key });
  const one = rows.for({ id: "alice" });
  await one.selectFrom("notes").select("id").execute();
  await one.destroy();
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  expect(await rows.for({ id: "bob" }).selectFrom("notes").select("body").execute()).toEqual([
    { body: "secret of bob" },
  ]);
});

test("a query that is aborted is canceled at Postgres", async () => {
  const aborted = new AbortController();
  const slow = sql`select pg_sleep(5), 'aborted'`.execute(alice, {
    signal: aborted.signal,
    inflightQueryAbortStrategy: "cancel query",
  } as never);
  setTimeout(() => aborted.abort(), 100);
  await expect(slow).rejects.toThrow();
  const running = () =>
    database.admin(
      "select pid from pg_stat_activity where query like '%aborted%' and state = 'active' and pid <> pg_backend_pid()",
    );
  await expect.poll(running, { timeout: 2_000 }).toEqual([]);
});
