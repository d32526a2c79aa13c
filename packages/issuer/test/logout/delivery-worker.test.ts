import type { DatabaseSync } from "node:sqlite";
import type { AuthContext } from "better-auth";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createDeliveryQueue, type DeliveryQueue } from "../../src/logout/delivery-queue.ts";
import type { Delivery } from "../../src/logout/delivery-table.ts";
import { createDeliveryWorker, type DeliveryWorker } from "../../src/logout/delivery-worker.ts";
import { deliveriesTo } from "./deliveries.ts";
import { issuerFor } from "./issuer.ts";
import { ManualClock } from "./manual-clock.ts";

const endpoint = "http://127.0.0.1:9/backchannel-logout";
/** Seconds. */
const keepFor = 600;

let clock: ManualClock;
let queue: DeliveryQueue;
let database: DatabaseSync;
let pending: () => Record<string, unknown>[];
/** The sessions of the attempts so far. */
let attempts: (string | null)[];
/** Why the backend does not acknowledge a delivery; `undefined` when it does. */
let refusal: (delivery: Delivery) => string | undefined;
let log: string[];

beforeEach(async () => {
  // Better Auth's own adapter over a real database. Its own workers use an endpoint without deliveries.
  const { auth, stop, pending: rows, ...issuer } = await issuerFor(["http://127.0.0.1:1/"]);
  await stop();
  database = issuer.database;
  clock = new ManualClock();
  const { adapter } = (await auth.$context) as unknown as AuthContext;
  queue = createDeliveryQueue(adapter, [endpoint], keepFor, clock);
  pending = rows;
  attempts = [];
  refusal = () => undefined;
  log = [];
});

function workerWith(over: DeliveryQueue = queue): DeliveryWorker {
  const line = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
  const worker = createDeliveryWorker({
    endpoint,
    queue: over,
    clock,
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    attempt: async (delivery) => {
      attempts.push(delivery.session);
      return refusal(delivery);
    },
  });
  onTestFinished(() => worker.stop());
  return worker;
}

async function record(...sessions: string[]): Promise<void> {
  for (const session of sessions) await queue.record({ subject: "ada", session });
}

/** Advances the clock to the next timer and lets it finish. Returns the time until then. */
async function advanceToNext(worker: DeliveryWorker): Promise<number> {
  const wait = clock.next ?? Number.NaN;
  clock.advance(wait);
  await worker.wake();
  return wait;
}

test("sends everything that is due, and then polls every five seconds or when woken", async () => {
  const sessions = Array.from({ length: 40 }, (_, index) => `s${index}`);
  await record(...sessions);
  const worker = workerWith();
  await worker.wake();
  expect(attempts.sort()).toEqual(sessions.sort());
  expect(pending()).toEqual([]);
  expect(clock.next).toBe(5000);

  await record("another");
  await advanceToNext(worker);
  expect(attempts).toContain("another");
});

test("a backend that is down gets single attempts, after pauses that double up to 5 s", async () => {
  refusal = () => "ECONNREFUSED";
  await record(...Array.from({ length: 40 }, (_, index) => `s${index}`));
  const worker = workerWith();
  await worker.wake();
  expect(attempts).toHaveLength(16);

  const pauses = [];
  for (let count = 0; count < 8; count += 1) pauses.push(await advanceToNext(worker));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(attempts).toHaveLength(16 + 8);
  expect(log).toEqual([
    "warn: usherJwt: http://127.0.0.1:9 did not accept a logout token (ECONNREFUSED). " +
      "Attempts so far: 1; next in 0.3 s",
  ]);

  refusal = () => undefined;
  await advanceToNext(worker);
  expect(pending()).toEqual([]);
  expect(log.at(-1)).toBe("info: usherJwt: http://127.0.0.1:9 accepts logout tokens again");
});

test("a delivery that keeps failing is retried less often and does not block others", async () => {
  refusal = ({ session }) => (session === "refused" ? "it answered 400" : undefined);
  await record("refused");
  const worker = workerWith();
  await worker.wake();
  for (let round = 0; round < 20; round += 1) {
    await record(`other${round}`);
    await advanceToNext(worker);
    await advanceToNext(worker);
  }
  const others = attempts.filter((session) => session !== "refused");
  expect(new Set(others).size).toBe(20);
  expect(pending()).toHaveLength(1);
  expect(attempts.length - others.length).toBeLessThan(30);
});

test("removes a delivery whose tokens have all expired, and logs it", async () => {
  refusal = () => "it answered 503";
  await record("late");
  const happenedAt = new Date(clock.now()).toISOString();
  const worker = workerWith();
  await worker.wake();
  clock.advance(keepFor * 1000 - 10_000);
  await worker.wake();
  const tried = attempts.length;
  expect(tried).toBeGreaterThan(1);
  clock.advance(10_000);
  await worker.wake();
  expect(attempts).toHaveLength(tried);
  clock.advance(60_000);
  await worker.wake();
  expect(attempts).toHaveLength(tried);
  expect(pending()).toEqual([]);
  expect(log.at(-1)).toBe(
    `error: usherJwt: http://127.0.0.1:9 never acknowledged 1 logout, the first of ${happenedAt}; ` +
      "the tokens they revoke have expired",
  );
});

test("a claimed delivery is due again after its lease of six seconds", async () => {
  await record("orphan");
  const [orphan] = await queue.next(endpoint, 1);
  expect(await queue.claim(orphan as Delivery)).toMatchObject({ session: "orphan", attempts: 1 });
  const worker = workerWith();
  await worker.wake();
  clock.advance(5999);
  await worker.wake();
  expect(attempts).toEqual([]);
  clock.advance(1);
  await worker.wake();
  expect(attempts).toEqual(["orphan"]);
});

test("polls when the next delivery is due, before the five seconds are over", async () => {
  await record("soon");
  const [soon] = await queue.next(endpoint, 1);
  await queue.postpone(soon as Delivery, 1200);
  const worker = workerWith();
  await worker.wake();
  expect(clock.next).toBe(1200);
  await advanceToNext(worker);
  expect(attempts).toEqual(["soon"]);
});

test("only one of two workers can claim a delivery", async () => {
  await record("contested");
  const [seen] = await queue.next(endpoint, 1);
  expect(await queue.claim(seen as Delivery)).toBeDefined();
  expect(await queue.claim(seen as Delivery)).toBeUndefined();
});

test.for([undefined, "it answered 503"])(
  "an attempt (%s) that outlasts its lease reports nothing when another process has taken over",
  async (lateResult) => {
    const events = deliveriesTo({ endpoint });
    await record("contested");
    const { promise: late, resolve: release } = Promise.withResolvers<string | undefined>();
    const line = () => undefined;
    const slow = createDeliveryWorker({
      endpoint,
      queue,
      clock,
      log: { info: line, warn: line, error: line },
      attempt: () => late,
    });
    onTestFinished(() => slow.stop());
    const working = slow.wake();
    await vi.waitFor(() => expect(pending()[0]).toMatchObject({ attempts: 1 }));
    clock.advance(6000);
    refusal = () => "it answered 400";
    const other = workerWith();
    await other.wake();
    const dueAt = pending()[0]?.dueAt;
    if (lateResult === undefined) {
      refusal = () => undefined;
      for (let round = 0; round < 5 && pending().length > 0; round += 1) await advanceToNext(other);
    }
    release(lateResult);
    await working;
    expect(pending()).toMatchObject(lateResult === undefined ? [] : [{ attempts: 2, dueAt }]);
    expect(events.map(({ outcome, attempts: count }) => `${outcome} ${count}`)).toEqual(
      lateResult === undefined ? ["failed 2", "acknowledged 3"] : ["failed 2"],
    );
  },
);

test("sends what is recorded while it is busy", async () => {
  await record("first");
  const worker = workerWith();
  const working = worker.wake();
  await record("second");
  await Promise.all([working, worker.wake()]);
  expect(attempts.sort()).toEqual(["first", "second"]);
});

test("logs an outage of the database once it lasts, and recovers from it", async () => {
  await record("kept");
  let down = true;
  const refuse = async () => {
    throw Object.assign(new Error("secret text of the driver"), { code: "ECONNRESET" });
  };
  const flaky: DeliveryQueue = { ...queue, next: (...asked) => (down ? refuse() : queue.next(...asked)) };
  const worker = workerWith(flaky);
  await worker.wake();
  for (let count = 0; count < 6; count += 1) await advanceToNext(worker);
  expect(log).toEqual([
    "error: usherJwt: cannot read the table usherLogout (ECONNRESET). " +
      "If it is missing, run Better Auth's migrations",
  ]);
  down = false;
  await advanceToNext(worker);
  expect(attempts).toEqual(["kept"]);
});

/** A queue whose database does not answer while `isLost`. */
function losing() {
  const state = { isLost: true };
  const lost = new Promise<never>(() => {});
  const over: DeliveryQueue = { ...queue, next: (...input) => (state.isLost ? lost : queue.next(...input)) };
  return { state, over };
}

test("continues after a query that never got an answer, as over a lost connection", async () => {
  const { state, over } = losing();
  await record("kept");
  const worker = workerWith(over);
  const first = worker.wake();
  await vi.waitFor(() => expect(clock.next).toBe(5000));
  state.isLost = false;
  clock.advance(5000);
  await first;
  await advanceToNext(worker);
  expect(attempts).toEqual(["kept"]);
});

test("stop() waits at most five seconds for such a query", async () => {
  const { over } = losing();
  const worker = workerWith(over);
  worker.wake();
  const stopped = worker.stop();
  await vi.waitFor(() => expect(clock.next).toBe(5000));
  clock.advance(5000);
  await stopped;
});

test("continues when the clock is set back by an hour", async () => {
  refusal = () => "ECONNREFUSED";
  await record("before");
  const worker = workerWith();
  await worker.wake();
  clock.setBack(3_600_000);
  refusal = () => undefined;
  await record("after");
  await advanceToNext(worker);
  expect(attempts).toEqual(["before", "after"]);
});

test("starts nothing and schedules nothing once stopped", async () => {
  const worker = workerWith();
  await worker.wake();
  await worker.stop();
  await record("later");
  await worker.wake();
  clock.advance(60_000);
  expect(attempts).toEqual([]);
  expect(clock.next).toBeUndefined();
});

describe("a delivery that awaits a deletion", () => {
  const deletion = { model: "session", id: "s1" } as const;

  /** A user and their session, as Better Auth stores them. */
  function insertSession(): void {
    const [now, later] = [
      new Date(clock.now()).toISOString(),
      new Date(clock.now() + 3_600_000).toISOString(),
    ];
    database
      .prepare(
        `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt") values (?, ?, ?, 0, ?, ?)`,
      )
      .run("ada", "Ada", "ada@example.com", now, now);
    database
      .prepare(
        `insert into "session" (id, token, "userId", "expiresAt", "createdAt", "updatedAt") values (?, ?, ?, ?, ?, ?)`,
      )
      .run("s1", "token", "ada", later, now, now);
  }

  test("is not sent while the row exists, and is removed after a minute", async () => {
    insertSession();
    await queue.record({ subject: "ada", session: "s1" }, deletion);
    const worker = workerWith();
    await worker.wake();
    const waits = [];
    while (pending().length > 0 && waits.length < 20) waits.push(await advanceToNext(worker));
    expect(attempts).toEqual([]);
    expect(waits.slice(0, 6)).toEqual([250, 250, 500, 1000, 2000, 4000]);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThanOrEqual(60_000);
    expect(waits.length).toBeLessThan(20);
    expect(log).toEqual([]);
  });

  test("is sent once the row is deleted, however long the hooks take", async () => {
    insertSession();
    await queue.record({ subject: "ada", session: "s1" }, deletion);
    const worker = workerWith();
    await worker.wake();
    await advanceToNext(worker);
    expect(attempts).toEqual([]);
    database.exec(`delete from "session"`);
    await advanceToNext(worker);
    expect(attempts).toEqual(["s1"]);
    expect(pending()).toEqual([]);
  });

  test("is sent when the row is kept but the session has ended", async () => {
    insertSession();
    await queue.record({ subject: "ada", session: "s1" }, deletion);
    database.prepare(`update "session" set "expiresAt" = ?`).run(new Date(clock.now()).toISOString());
    await workerWith().wake();
    expect(attempts).toEqual(["s1"]);
  });

  test("does not block other deliveries", async () => {
    insertSession();
    await queue.record({ subject: "ada", session: "s1" }, deletion);
    await record("another");
    await workerWith().wake();
    expect(attempts).toEqual(["another"]);
  });
});
