import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase } from "../../../apps/api/src/operations/open-database.ts";
import { killLeftovers } from "../../../apps/api/test/support/process.ts";
import { seededRandom } from "../tokens/support/random.ts";
import {
  type Database,
  type DatabasedApi,
  startDatabase,
  startDatabasedApi,
} from "./support/api-on-postgres.ts";
import { Ledger } from "./support/ledger.ts";

let database: Database;
let api: DatabasedApi;
beforeAll(async () => {
  database = await startDatabase();
  api = await startDatabasedApi(database.url);
});
afterAll(async () => {
  await api?.stop();
  killLeftovers();
  await database.stop();
});

const polling = { timeout: 30_000, interval: 100 };

/**
 * Checked after every fault: the API recovers automatically, nothing acknowledged is lost, and no user saw
 * another user's data.
 */
async function expectSound({ url, isRunning, proxy }: DatabasedApi, ledger: Ledger): Promise<void> {
  expect(isRunning()).toBe(true);
  await proxy.set({ kind: "none" });
  await vi.waitFor(async () => {
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await ledger.write()).status).toBe(201);
    expect((await ledger.read()).status).toBe(200);
  }, polling);
  expect(ledger.wrong).toEqual([]);
  const rows = await database.rows();
  expect(ledger.disagreements(rows.filter(({ owner }) => ledger.users.includes(owner)))).toEqual([]);
}

/** The statuses and codes of the responses. Fails on any that is not in `expected`. */
function expectOnly(ledger: Ledger, ...expected: readonly string[]): void {
  expect([...ledger.answers.keys()].filter((answer) => !expected.includes(answer))).toEqual([]);
}

const [written, read, away] = ["201", "200", "503 service_unavailable"];
const unknown = "503 revocations_unavailable";

test("connections cut 200 times, at any byte in either direction: 503 or a correct answer, and no leak", async () => {
  const ledger = new Ledger(api.url, api.issuer, 6);
  const random = seededRandom(5);
  const cut = async (times: number) => {
    for (let count = 0; count < times; count++) {
      const direction = random.integer(2) === 0 ? "toServer" : "toClient";
      await api.proxy.set({ kind: "cut", direction, after: 1 + random.integer(900) });
      await sleep(20);
      await api.proxy.set({ kind: "none" });
      await sleep(20);
    }
  };
  await ledger.during(() => cut(100));
  await sleep(600); // a reading every half second
  const before = api.reading();
  await ledger.during(() => cut(100));
  await expectSound(api, ledger);
  await sleep(600);
  const after = api.reading();

  expectOnly(ledger, written, read, away, unknown);
  expect(ledger.answers.get(away)).toBeGreaterThan(50);
  expect(ledger.acknowledged.size).toBeGreaterThan(50);
  // 10 connections of the pool, one that listens, one of the counting client, and what the runtime keeps.
  expect(api.proxy.connections()).toBeLessThanOrEqual(12);
  expect(after.resources).toBeLessThanOrEqual(Math.max(40, before.resources + 10));
  expect(after.residentMemory).toBeLessThan(before.residentMemory + 60);
});

test("connections that Postgres ends in the middle of transactions, as in a restart", async () => {
  const ledger = new Ledger(api.url, api.issuer, 6);
  await ledger.during(async () => {
    for (let count = 0; count < 30; count++) {
      await database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'postgres.js' and pid not in (
          select pid from pg_stat_activity where query like '%pg_terminate_backend%')`;
      await sleep(30);
    }
  });
  await expectSound(api, ledger);
  expectOnly(ledger, written, read, away, unknown);
  expect(ledger.answers.get(away)).toBeGreaterThan(10);
});

test("a slow network is waited for, until the deadline; then 503", async () => {
  const ledger = new Ledger(api.url, api.issuer, 1);
  await api.proxy.set({ kind: "delay", milliseconds: 100 });
  expect((await ledger.write()).status).toBe(201);
  // One round trip of six seconds.
  await api.proxy.set({ kind: "delay", milliseconds: 3_000 });
  expect((await ledger.write()).code).toBe("service_unavailable");
  await expectSound(api, ledger);
});

test("a database that refuses connections: 503 at once, and endpoints without a database still answer", async () => {
  const ledger = new Ledger(api.url, api.issuer, 6);
  await api.proxy.set({ kind: "refuse" });
  await Promise.all(ledger.users.flatMap((user) => [ledger.write(user), ledger.read(user)]));
  expectOnly(ledger, away);
  expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  expect(await (await fetch(`${api.url}/health/ready`)).json()).toMatchObject({ database: "down" });
  await expectSound(api, ledger);
});

test("every connection hangs: 503 in time, also for stale revocations, and new connections end it", async () => {
  const ledger = new Ledger(api.url, api.issuer, 12);
  // All ten connections of the pool are open, and none will transfer a byte again.
  await Promise.all(ledger.users.map((user) => ledger.write(user)));
  await api.proxy.set({ kind: "stall" });
  await Promise.all(ledger.users.flatMap((user) => [ledger.write(user), ledger.read(user)]));
  expectOnly(ledger, written, away);
  // Meanwhile, the user signs out elsewhere.
  const gone = ledger.users[1] as string;
  await database.sql`
    insert into usher_revocations (kind, id, before)
    values ('session', ${`session of ${gone}`}, ${Math.floor(Date.now() / 1000) + 60})`;
  await vi.waitFor(async () => expect((await ledger.read()).code).toBe("revocations_unavailable"), polling);
  expect(await (await fetch(`${api.url}/health/ready`)).json()).toMatchObject({
    database: "down",
    revocations: "stale",
  });

  await expectSound(api, ledger);
  // The first response with current revocations includes the sign-out.
  expect(await ledger.read(gone)).toMatchObject({ status: 401, code: "token_revoked" });
  for (const user of ledger.users.filter((user) => user !== gone))
    expect((await ledger.read(user)).status).toBe(200);
});

test("bytes changed in transit, over TLS: 503 or a correct answer", async () => {
  const overTls = await startDatabasedApi(database.url, "?sslmode=require");
  const ledger = new Ledger(overTls.url, overTls.issuer, 6);
  const random = seededRandom(9);
  let changed = 0;
  await ledger.during(async () => {
    // Longer on a busy machine, which transfers fewer bytes in that time.
    for (let count = 0; count < 80 || (changed <= 80 && count < 400); count++) {
      let left = 2;
      const change = (bytes: Buffer) => {
        if (left-- <= 0) return;
        const at = random.integer(bytes.length);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.integer(8)), at);
        changed++;
      };
      await overTls.proxy.set({
        kind: "corrupt",
        direction: count % 2 === 0 ? "toServer" : "toClient",
        change,
      });
      await sleep(40);
    }
    await overTls.proxy.set({ kind: "none" });
  });
  await expectSound(overTls, ledger);
  expectOnly(ledger, written, read, away, unknown);
  expect(changed).toBeGreaterThan(80);
  expect(ledger.answers.get(away)).toBeGreaterThan(10);
  await overTls.stop();

  // A client that verifies certificates rejects this one: it is self-signed.
  const verified = new URL(database.url);
  verified.search = "?sslmode=verify-full";
  await expect(openDatabase({ url: verified.href, folder: "unused" })).rejects.toThrow("SELF_SIGNED_CERT");
});
