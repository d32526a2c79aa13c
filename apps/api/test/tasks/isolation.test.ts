import { PGlite } from "@electric-sql/pglite";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows } from "@usher-auth/postgres";
import { type DrizzleDatabase, drizzleRows } from "@usher-auth/postgres/drizzle";
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

/**
 * Both databases have ONE connection, so that the next transaction sees whatever the last one left behind.
 */
const databases = {
  "the embedded database": async () => {
    const pglite = await PGlite.create();
    const client = drizzlePglite({ client: pglite, schema });
    await migrateRows(pglite);
    await migratePglite(client, migrations);
    return { client: client as Client, close: () => pglite.close() };
  },
  "a Postgres server": async () => {
    const server = await startPostgres();
    const connection = postgres(await server.createDatabase(), { max: 1, onnotice: () => {} });
    const client = drizzlePostgres({ client: connection, schema });
    await migrateRows(connection);
    await migratePostgres(client, migrations);
    const close = async () => {
      await connection.end();
      await server.stop();
    };
    return { client: client as Client, close };
  },
};

const rejectedByPolicy = { code: "42501", message: expect.stringContaining("row-level security") };
const rejectedByGrant = { code: "42501", message: expect.stringContaining("permission denied") };

describe.each(Object.entries(databases))("%s restricts rows to their owner:", (_name, open) => {
  let client: Client;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ client, close } = await open());
  });
  afterAll(() => close());

  const as = <Result>(id: string, run: (rows: PrincipalRows) => Promise<Result>) =>
    run(drizzleRows(client).for({ id }));
  const titlesOf = (id: string) =>
    as(id, (rows) => rows.select().from(tasks)).then((found) => found.map(titleOf).sort());

  beforeEach(async () => {
    await client.delete(tasks); // as the superuser that connected, to which no policy applies
    await as("ada", (rows) => rows.insert(tasks).values([{ title: "a1" }, { title: "a2" }]));
    await as("bob", (rows) => rows.insert(tasks).values({ title: "b1" }));
    await client.insert(tasks).values({ title: "of nobody", ownerId: "" }); // again as the superuser
  });

  test("a select without a where returns only the principal's rows", async () => {
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
    expect(await titlesOf("bob")).toEqual(["b1"]);
    expect(await titlesOf("eve")).toEqual([]);
  });

  test("a select for another owner's rows returns none", async () => {
    const found = await as("eve", (rows) =>
      rows.select().from(tasks).where(sql`${tasks.ownerId} = 'ada' or true`),
    );
    expect(found).toEqual([]);
  });

  test("rejects an insert for another owner", async () => {
    await expect(
      as("eve", (rows) => rows.insert(tasks).values({ title: "planted", ownerId: "ada" })),
    ).rejects.toMatchObject({ cause: rejectedByPolicy });
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("an update without a where changes only the principal's rows", async () => {
    await as("bob", (rows) => rows.update(tasks).set({ title: "changed" }));
    expect(await titlesOf("bob")).toEqual(["changed"]);
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("an update cannot change a row's owner, id or creation time", async () => {
    for (const change of [
      { ownerId: "eve" },
      { id: crypto.randomUUID() },
      { createdAt: "2001-01-01T00:00:00Z" },
    ]) {
      await expect(as("bob", (rows) => rows.update(tasks).set(change))).rejects.toMatchObject({
        cause: rejectedByGrant,
      });
    }
  });

  test("a delete without a where deletes only the principal's rows", async () => {
    await as("bob", (rows) => rows.delete(tasks));
    expect(await titlesOf("bob")).toEqual([]);
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("without the setting, no row is visible and none can be written", async () => {
    expect(await asRequestRole(client, sql`select * from tasks`)).toEqual([]);
    await expect(asRequestRole(client, sql`insert into tasks (title) values ('x')`)).rejects.toThrow();
    await expect(
      asRequestRole(client, sql`insert into tasks (title, owner_id) values ('x', 'ada')`),
    ).rejects.toMatchObject({
      cause: rejectedByPolicy,
    });
  });

  test("with an empty setting, no row is visible and none can be written", async () => {
    expect(await titlesOf("")).toEqual([]);
    await expect(as("", (rows) => rows.insert(tasks).values({ title: "x" }))).rejects.toThrow();
    await expect(
      as("", (rows) => rows.insert(tasks).values({ title: "x", ownerId: "" })),
    ).rejects.toMatchObject({
      cause: rejectedByPolicy,
    });
  });

  test("compares ids exactly, whatever characters they contain", async () => {
    for (const id of ["ADA", "ada ", "ad%", "'; reset role; --", "ada' or '1'='1", "ädä"]) {
      expect(await titlesOf(id)).toEqual([]);
      await as(id, (rows) => rows.insert(tasks).values({ title: `of ${id}` }));
      expect(await titlesOf(id)).toEqual([`of ${id}`]);
    }
  });

  test.each(["commits", "fails"])(
    "leaves no trace of the principal on the connection after a transaction that %s",
    async (end) => {
      const run = as("ada", (rows) =>
        rows.transaction(async (transaction) => {
          await transaction.select().from(tasks);
          if (end === "fails") throw new Error("stop");
        }),
      );
      await run.catch(() => {});
      const left = sql`select current_setting('usher.user_id', true) as id, current_user = session_user as itself`;
      const [{ id, itself }] = rowsOf(await client.execute(left)) as [{ id: string | null; itself: boolean }];
      expect({ id: id || null, itself }).toEqual({ id: null, itself: true });
      expect(await asRequestRole(client, sql`select * from tasks`)).toEqual([]);
    },
  );

  test("limits a request's query to five seconds", async () => {
    const limit = { limit: sql<string>`current_setting('statement_timeout')` };
    const found = await as("bob", (rows) => rows.select(limit).from(tasks));
    expect(found).toEqual([{ limit: "5s" }]);
  });

  test("rolls back a transaction that fails", async () => {
    const run = as("ada", (rows) =>
      rows.transaction(async (transaction) => {
        await transaction.insert(tasks).values({ title: "a3" });
        throw new Error("stop");
      }),
    );
    await expect(run).rejects.toThrow("stop");
    expect(await titlesOf("ada")).toEqual(["a1", "a2"]);
  });

  test("a query of a transaction that has finished rejects", async () => {
    const kept = await as("ada", (rows) => rows.transaction(async (transaction) => ({ transaction })));
    const late = async () => kept.transaction.select().from(tasks);
    await expect(late).rejects.toMatchObject({
      cause: { message: expect.stringContaining("after its transaction had finished") },
    });
  });

  test("the role of requests cannot read or create other tables", async () => {
    for (const statement of [
      sql`select * from drizzle.usher_api_migrations`,
      sql`create table public.loot (id int)`,
      sql`truncate tasks`,
      sql`alter table tasks disable row level security`,
    ]) {
      await expect(asRequestRole(client, statement)).rejects.toThrow();
    }
  });

  test("concurrent transactions each see their own rows", async () => {
    const users = Array.from({ length: 40 }, (_, index) => `user${index % 8}`);
    await Promise.all(users.map((user) => as(user, (rows) => rows.insert(tasks).values({ title: user }))));
    const seen = await Promise.all(users.map((user) => titlesOf(user)));
    expect(seen).toEqual(users.map((user) => Array(5).fill(user)));
  });
});

/** Runs a statement in the role of requests, without a principal. */
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
