import { PGlite } from "@electric-sql/pglite";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { type DrizzleDatabase, withPrincipal } from "@usher-auth/postgres";
import { type SQL, sql } from "drizzle-orm";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PrincipalRows } from "../../src/db.ts";
import { migrations } from "../../src/postgres/migrations.ts";
import * as schema from "../../src/tasks/schema.ts";

const { tasks } = schema;

type Client = DrizzleDatabase<typeof schema>;

/** Both databases with ONE connection, so that whatever a transaction leaves behind meets the next one. */
const databases = {
  "the embedded database": async () => {
    const pglite = await PGlite.create();
    const client = drizzlePglite({ client: pglite, schema });
    await migratePglite(client, migrations);
    return { client: client as Client, close: () => pglite.close() };
  },
  "a Postgres server": async () => {
    const server = await startPostgres();
    const connection = postgres(await server.createDatabase(), { max: 1, onnotice: () => {} });
    const client = drizzlePostgres({ client: connection, schema });
    await migratePostgres(client, migrations);
    const close = async () => {
      await connection.end();
      await server.stop();
    };
    return { client: client as Client, close };
  },
};

const refusedByPolicy = { code: "42501", message: expect.stringContaining("row-level security") };
const refusedByGrant = { code: "42501", message: expect.stringContaining("permission denied") };

describe.each(Object.entries(databases))("%s keeps rows to their owner:", (_name, open) => {
  let client: Client;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ client, close } = await open());
  });
  afterAll(() => close());

  const as = <Result>(id: string, run: (rows: PrincipalRows) => Promise<Result>) =>
    withPrincipal(client, { id }, run);
  const titlesOf = (id: string) =>
    as(id, (rows) => rows.select().from(tasks)).then((found) => found.map(titleOf).sort());

  beforeEach(async () => {
    await client.delete(tasks); // as the superuser that connected, whom no policy holds
    await as("ada", (rows) => rows.insert(tasks).values([{ title: "a1" }, { title: "a2" }]));
    await as("bob", (rows) => rows.insert(tasks).values({ title: "b1" }));
    await client.insert(tasks).values({ title: "of nobody", ownerId: "" }); // again as the superuser
  });

  test("a select without any where has the principal's rows only", async () => {
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
    expect(await titlesOf("bob")).toEqual(["b1"]);
    expect(await titlesOf("eve")).toEqual([]);
  });

  test("a select that asks for another's rows has none", async () => {
    const found = await as("eve", (rows) =>
      rows.select().from(tasks).where(sql`${tasks.ownerId} = 'ada' or true`),
    );
    expect(found).toEqual([]);
  });

  test("an insert is the principal's, and one for another owner is refused", async () => {
    await expect(
      as("eve", (rows) => rows.insert(tasks).values({ title: "planted", ownerId: "ada" })),
    ).rejects.toMatchObject({ cause: refusedByPolicy });
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("an update without any where changes the principal's rows only", async () => {
    await as("bob", (rows) => rows.update(tasks).set({ title: "changed" }));
    expect(await titlesOf("bob")).toEqual(["changed"]);
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("an update cannot give a row away, nor change its id or its time", async () => {
    for (const change of [
      { ownerId: "eve" },
      { id: crypto.randomUUID() },
      { createdAt: "2001-01-01T00:00:00Z" },
    ]) {
      await expect(as("bob", (rows) => rows.update(tasks).set(change))).rejects.toMatchObject({
        cause: refusedByGrant,
      });
    }
  });

  test("a delete without any where deletes the principal's rows only", async () => {
    await as("bob", (rows) => rows.delete(tasks));
    expect(await titlesOf("bob")).toEqual([]);
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("without a setting nothing is visible and nothing can be written", async () => {
    expect(await asRequestRole(client, sql`select * from tasks`)).toEqual([]);
    await expect(asRequestRole(client, sql`insert into tasks (title) values ('x')`)).rejects.toThrow();
    await expect(
      asRequestRole(client, sql`insert into tasks (title, owner_id) values ('x', 'ada')`),
    ).rejects.toMatchObject({
      cause: refusedByPolicy,
    });
  });

  test("with an empty setting neither", async () => {
    expect(await titlesOf("")).toEqual([]);
    await expect(as("", (rows) => rows.insert(tasks).values({ title: "x" }))).rejects.toThrow();
    await expect(
      as("", (rows) => rows.insert(tasks).values({ title: "x", ownerId: "" })),
    ).rejects.toMatchObject({
      cause: refusedByPolicy,
    });
  });

  test("an id is compared as it is, whatever is in it", async () => {
    for (const id of ["ADA", "ada ", "ad%", "'; reset role; --", "ada' or '1'='1", "ädä"]) {
      expect(await titlesOf(id)).toEqual([]);
      await as(id, (rows) => rows.insert(tasks).values({ title: `of ${id}` }));
      expect(await titlesOf(id)).toEqual([`of ${id}`]);
    }
  });

  test.each(["commits", "fails"])(
    "nothing of a principal stays on the connection after a transaction that %s",
    async (end) => {
      const run = as("ada", async (rows) => {
        await rows.select().from(tasks);
        if (end === "fails") throw new Error("stop");
      });
      await run.catch(() => {});
      const left = sql`select current_setting('usher.user_id', true) as id, current_user = session_user as itself`;
      const [{ id, itself }] = rowsOf(await client.execute(left)) as [{ id: string | null; itself: boolean }];
      expect({ id: id || null, itself }).toEqual({ id: null, itself: true });
      expect(await asRequestRole(client, sql`select * from tasks`)).toEqual([]);
    },
  );

  test("no query of a request runs for more than five seconds", async () => {
    const limit = { limit: sql<string>`current_setting('statement_timeout')` };
    const found = await as("bob", (rows) => rows.select(limit).from(tasks));
    expect(found).toEqual([{ limit: "5s" }]);
  });

  test("a transaction that fails leaves no rows", async () => {
    const run = as("ada", async (rows) => {
      await rows.insert(tasks).values({ title: "a3" });
      throw new Error("stop");
    });
    await expect(run).rejects.toThrow("stop");
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("rows cannot be used once their transaction has finished", async () => {
    const kept = await as("ada", async (rows) => ({ rows }));
    expect(() => kept.rows.select()).toThrow("after its transaction had finished");
  });

  test("the role of requests can read no other table, and make none", async () => {
    for (const statement of [
      sql`select * from drizzle.usher_api_migrations`,
      sql`create table public.loot (id int)`,
      sql`truncate tasks`,
      sql`alter table tasks disable row level security`,
    ]) {
      await expect(asRequestRole(client, statement)).rejects.toThrow();
    }
  });

  test("transactions side by side each see their own", async () => {
    const users = Array.from({ length: 40 }, (_, index) => `user${index % 8}`);
    await Promise.all(users.map((user) => as(user, (rows) => rows.insert(tasks).values({ title: user }))));
    const seen = await Promise.all(users.map((user) => titlesOf(user)));
    expect(seen).toEqual(users.map((user) => Array(5).fill(user)));
  });
});

/** A statement as the role of requests, with no principal at all. */
function asRequestRole(client: Client, statement: SQL): Promise<unknown[]> {
  return client.transaction(async (transaction) => {
    await transaction.execute(sql`set local role usher_api`);
    return rowsOf(await transaction.execute(statement));
  });
}

function rowsOf(result: unknown): unknown[] {
  return Array.isArray(result) ? [...result] : (result as { rows: unknown[] }).rows;
}

function titleOf(task: { title: string }): string {
  return task.title;
}
