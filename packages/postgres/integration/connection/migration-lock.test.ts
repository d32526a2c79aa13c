import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows } from "@usher-auth/postgres";
import { isPooled, openPool, withMigrationLock } from "@usher-auth/postgres/connection";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

const migrationsFolder = "apps/api/migrations";
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

function connect(url: string): postgres.Sql {
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  onTestFinished(() => sql.end());
  return sql;
}

test("replicas that start together run migrations of all kinds once, one after the other", async () => {
  const url = await server.createDatabase();
  let running = 0;
  const migrateOnce = async () => {
    await withMigrationLock(connect(url), async (client) => {
      running += 1;
      expect(running).toBe(1);
      await migrateRows(client);
      await migrate(drizzle({ client }), { migrationsFolder });
      await migrateRevocations(client);
      running -= 1;
    });
  };
  await Promise.all(Array.from({ length: 5 }, migrateOnce));
  const sql = connect(url);
  const [applied] = await sql`select count(*)::int as all, count(distinct hash)::int as different
    from drizzle.__drizzle_migrations`;
  expect(applied?.all).toBe(applied?.different);
  expect(await sql`select from pg_locks where locktype = 'advisory'`).toEqual([]);
});

test("a failed migration leaves nothing behind, nor does it keep the lock", async () => {
  const sql = connect(await server.createDatabase());
  const failed = withMigrationLock(sql, async (client) => {
    await migrateRevocations(client);
    await client.begin((inner) => inner.unsafe("create table half (id int)"));
    throw new Error("the third one fails");
  });
  await expect(failed).rejects.toThrow("the third one fails");
  expect(await sql`select from pg_tables where tablename in ('half', 'usher_revocations')`).toEqual([]);
  expect(await sql`select from pg_locks where locktype = 'advisory'`).toEqual([]);
  await withMigrationLock(sql, migrateRevocations, { timeout: 1_000 });
});

test("gives up when the lock is not free in time, and works with the client of openPool", async () => {
  const url = await server.createDatabase();
  const pool = openPool(postgres, url, { max: 1 });
  onTestFinished(pool.end);
  await withMigrationLock(connect(url), async () => {
    const waiting = withMigrationLock(pool.client, async () => {}, { timeout: 50 });
    await expect(waiting).rejects.toMatchObject({ code: "55P03" });
    await withMigrationLock(pool.client, async () => {}, { key: 1 });
  });
  expect(await pool.client.unsafe("show lock_timeout")).toEqual([{ lock_timeout: "0" }]);
});

test.each([{ key: 1.5 }, { timeout: 0 }, { timeout: Number.NaN }, { timeout: 3_600_001 }])(
  "rejects %j",
  (options) => {
    const sql = connect(server.url);
    expect(() => withMigrationLock(sql, async () => {}, options)).toThrow(RangeError);
  },
);

test("no pooler is between a client and the server itself", async () => {
  expect(await isPooled(connect(server.url))).toBe(false);
});
