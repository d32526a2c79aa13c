import { type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { beginTransaction, openPool, type Pool } from "@usher-auth/postgres/connection";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: PostgresServer;
let proxy: FaultProxy;
let admin: postgres.Sql;
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 1 });
  proxy = await startFaultProxy(server.port);
  const url = new URL(server.url);
  url.port = String(proxy.port);
  pool = openPool(postgres, url.href, { max: 1, connect_timeout: 3, backoff: () => 0.1 });
});
afterAll(async () => {
  await proxy.set({ kind: "none" });
  await pool.end();
  await admin.end();
  await proxy.close();
  await server.stop();
});

const backend = async () => Number((await pool.client.unsafe("select pg_backend_pid() as pid"))[0]?.pid);

test("a transaction whose connection is lost rejects, and the process and the pool go on", async () => {
  const lost = pool.client.begin(async (sql) => {
    const [row] = await sql.unsafe("select pg_backend_pid() as pid");
    await admin`select pg_terminate_backend(${Number(row?.pid)})`;
    await sql.unsafe("select 1");
  });
  await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/^(?:57P01|CONNECTION_CLOSED)$/) });
  // The pool may notice the closed connection one query later.
  await expect.poll(() => backend().catch(() => 0)).toBeGreaterThan(0);
});

test.each(["unsafe", "tagged template"] as const)(
  "a query that comes after its transaction has ended throws: %s",
  async (form) => {
    const left = await beginTransaction(admin, async (sql) => ({ sql }));
    const late = () => (form === "unsafe" ? left.sql.unsafe("select 1") : left.sql`select 1`);
    expect(late).toThrow("after the connection of its transaction was lost");
  },
);

test("a transaction commits when its function resolves, and rolls back when it rejects", async () => {
  await admin`create table kept (id int)`;
  await pool.client.begin((sql) => sql.unsafe("insert into kept values (1)"));
  const undone = pool.client.begin(async (sql) => {
    await sql.unsafe("insert into kept values (2)");
    throw new Error("undo");
  });
  await expect(undone).rejects.toThrow("undo");
  expect(await admin`select id from kept`).toEqual([{ id: 1 }]);
});

test("renew replaces the connections, once in five seconds", async () => {
  const before = await backend();
  pool.renew();
  const after = await backend();
  expect(after).not.toBe(before);
  pool.renew();
  expect(await backend()).toBe(after);
});

test("the client takes templates with their parts, json, and the modes of a transaction", async () => {
  const { client } = pool;
  await client`create table things (id int, body json)`;
  const thing = { id: 1, body: client.json({ deep: [1] }) };
  await client`insert into ${client("things")} ${client(thing as never)}`;
  const found = await client.begin("isolation level serializable read only", async (sql) => {
    await expect(sql.savepoint((inner) => inner`delete from things`)).rejects.toMatchObject({
      code: "25006",
    });
    return sql`select id, body from things where id in ${sql([1, 2])}`;
  });
  expect(found).toEqual([{ id: 1, body: { deep: [1] } }]);
});
