import { type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import type postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { newRowsStatement } from "../../src/revocations/statements.ts";
import { connect } from "../../test/revocations/databases.ts";
import { allOf, session, testListener } from "../../test/revocations/listener.ts";

// One server for the file. `elsewhere` is the store of another replica, whose connection is always good.
let server: PostgresServer;
let proxy: FaultProxy;
let admin: postgres.Sql;
let replica: postgres.Sql;
let elsewhere: RevocationStore;
let store: RevocationStore;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startFaultProxy(server.port);
  admin = connect(server.url);
  await migrateRevocations(admin);
  elsewhere = revocationStore(admin);
  const url = new URL(server.url);
  url.port = String(proxy.port);
  replica = connect(url.href);
  store = revocationStore(replica);
});
afterAll(async () => {
  await proxy.set({ kind: "none" });
  await replica.end({ timeout: 0 });
  await admin.end();
  await proxy.close();
  await server.stop();
});

async function listen() {
  const listener = testListener();
  const stop = await store.subscribe(listener);
  onTestFinished(stop);
  return listener;
}

/** The events since `from`, up to the next confirmation. */
function firstConfirmed(events: readonly string[], from: number): readonly string[] {
  const since = events.slice(from);
  return since.slice(0, since.indexOf("confirmed"));
}

test("delivers a transaction that commits late, with a number that was already passed", async () => {
  const listener = await listen();
  let commit = () => {};
  const mayCommit = new Promise<void>((resolve) => {
    commit = resolve;
  });
  const inserted = Promise.withResolvers<void>();
  const late = admin.begin(async (sql) => {
    await sql`insert into usher_revocations (kind, id, before) values ('session', 'late', ${Date.now() / 1000})`;
    inserted.resolve();
    await mayCommit;
  });
  await inserted.promise;
  await elsewhere.append([session("early")]);
  await vi.waitFor(() => expect(listener.events).toContain("early"));
  await listener.next("confirmed");
  expect(listener.events).not.toContain("late");
  const [numbers] =
    await admin`select min(sequence) filter (where id = 'early') as early from usher_revocations`;
  commit();
  await late;
  await vi.waitFor(() => expect(listener.events).toContain("late"));
  const [found] =
    await admin`select sequence < ${numbers?.early} as passed from usher_revocations where id = 'late'`;
  expect(found).toEqual({ passed: true });
});

test("never delivers a transaction that is rolled back", async () => {
  const listener = await listen();
  const undone = admin.begin(async (sql) => {
    await sql`insert into usher_revocations (kind, id, before) values ('session', 'undone', 1)`;
    throw new Error("undo");
  });
  await expect(undone).rejects.toThrow("undo");
  await elsewhere.append([session("after the undone")]);
  await vi.waitFor(() => expect(listener.events).toContain("after the undone"));
  expect(listener.events).not.toContain("undone");
});

test("after a lost connection, delivers what was missed before the next confirmation", async () => {
  const listener = await listen();
  await listener.next("confirmed");
  await proxy.set({ kind: "refuse" });
  await listener.next("failed");
  const missed = listener.events.length;
  await elsewhere.append([session("missed 1"), session("missed 2")]);
  await proxy.set({ kind: "none" });
  await listener.next("confirmed");
  expect(firstConfirmed(listener.events, missed).filter((event) => event !== "failed")).toEqual([
    "missed 1",
    "missed 2",
  ]);
  // Events from before the cut are not delivered again.
  expect(listener.events.filter((event) => event === "early")).toEqual([]);
  const delivered = listener.next("after");
  await elsewhere.append([session("after")]);
  await delivered;
});

test("replaces a half-open connection", async () => {
  const listener = await listen();
  await listener.next("confirmed");
  await proxy.set({ kind: "hold" });
  await Promise.all([
    listener.next("failed"),
    expect(store.append([session("into the hole")])).rejects.toThrow("no answer within 3000 ms"),
  ]);
  const missed = listener.events.length;
  await elsewhere.append([session("unheard")]);
  await proxy.set({ kind: "none" });
  await listener.next("confirmed");
  expect(firstConfirmed(listener.events, missed)).toContain("unheard");
});

test("a slow network is not a failure", async () => {
  const listener = await listen();
  await proxy.set({ kind: "delay", milliseconds: 100 });
  await listener.next("confirmed");
  await elsewhere.append([session("slowly")]);
  await vi.waitFor(() => expect(listener.events).toContain("slowly"), { timeout: 10_000 });
  expect(listener.events).not.toContain("failed");
  await proxy.set({ kind: "none" });
});

test("delivers everything again after a restart, since another server may have taken over", async () => {
  const listener = await listen();
  await elsewhere.append([session("kept through a crash")]);
  await listener.next("confirmed");
  await server.kill();
  await listener.next("failed");
  const missed = listener.events.length;
  await server.restart();
  await listener.next("confirmed");
  const again = firstConfirmed(listener.events, missed);
  expect(again).toContain("kept through a crash");
  expect(again).toContain("early");
});

test("can be stopped while the database is down, and does not start without one", async () => {
  const listener = testListener();
  const stop = await store.subscribe(listener);
  await proxy.set({ kind: "refuse" });
  await listener.next("failed");
  await stop();
  const events = listener.events.length;
  await Promise.all([
    expect(store.subscribe(testListener())).rejects.toThrow(),
    expect(allOf(store)).rejects.toThrow(),
  ]);
  await proxy.set({ kind: "none" });
  expect(listener.events.length).toBe(events);
});

test("the role of requests has no access, and a granted operator may revoke and read", async () => {
  await admin.unsafe(`create role usher_api nologin; create role operator login password 'test';
    grant select, insert on usher_revocations to operator`);
  for (const statement of [
    "select * from usher_revocations",
    "insert into usher_revocations default values",
  ]) {
    const asRequest = admin.begin(async (sql) => {
      await sql`set local role usher_api`;
      await sql.unsafe(statement);
    });
    await expect(asRequest).rejects.toMatchObject({ code: "42501" });
  }
  const url = new URL(server.url);
  url.username = "operator";
  url.password = "test";
  const operator = connect(url.href);
  const listener = await listen();
  const delivered = listener.next("by the operator");
  await revocationStore(operator).append([session("by the operator")]);
  await delivered;
  expect(await allOf(revocationStore(operator))).toContainEqual(
    expect.objectContaining({ id: "by the operator" }),
  );
  await expect(operator`delete from usher_revocations`).rejects.toMatchObject({ code: "42501" });
  await operator.end();
});

test("finds new rows by index, also in a table without statistics", async () => {
  const database = connect(await server.createDatabase());
  await migrateRevocations(database);
  await database.unsafe(
    `insert into usher_revocations (kind, id, before) select 'token', n::text, 1 from generate_series(1, 50000) as n`,
  );
  const [position] = await database`select pg_current_snapshot()::text as snapshot`;
  const plan = await database.unsafe(`explain ${newRowsStatement}`, [position?.snapshot, "0", "0"]);
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toContain("usher_revocations_news");
  expect(text).not.toMatch(/Seq Scan|_pkey/);
  await database.end();
});
