import type { DatabaseSync } from "node:sqlite";
import type { AuthContext } from "better-auth";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createOutbox, type Delivery, type Outbox } from "../../src/logout/delivery-queue.ts";
import { type Courier, createCourier } from "../../src/logout/delivery-worker.ts";
import { issuerFor } from "./issuer.ts";
import { ManualClock } from "./manual-clock.ts";

const endpoint = "http://127.0.0.1:9/backchannel-logout";
/** Seconds. */
const keepFor = 600;

let clock: ManualClock;
let outbox: Outbox;
let database: DatabaseSync;
let pending: () => Record<string, unknown>[];
/** The sessions of the attempts so far. */
let attempts: (string | null)[];
/** Why the backend does not take a delivery; `undefined` when it does. */
let refusal: (delivery: Delivery) => string | undefined;
let log: string[];

beforeEach(async () => {
  // Better Auth's own adapter over a real database; its couriers have another endpoint, which nothing is
  // recorded for.
  const { auth, stop, pending: rows, ...issuer } = await issuerFor(["http://127.0.0.1:1/"]);
  await stop();
  database = issuer.database;
  clock = new ManualClock();
  const { adapter } = (await auth.$context) as unknown as AuthContext;
  outbox = createOutbox(adapter, [endpoint], keepFor, clock);
  pending = rows;
  attempts = [];
  refusal = () => undefined;
  log = [];
});

function courierOver(over: Outbox = outbox): Courier {
  const line = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
  const courier = createCourier({
    endpoint,
    outbox: over,
    clock,
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    attempt: async (delivery) => {
      attempts.push(delivery.session);
      return refusal(delivery);
    },
  });
  onTestFinished(() => courier.stop());
  return courier;
}

async function record(...sessions: string[]): Promise<void> {
  for (const session of sessions) await outbox.record({ subject: "ada", session });
}

/** Moves on to whatever was put off, and lets it finish. Returns how long that was. */
async function untilNext(courier: Courier): Promise<number> {
  const wait = clock.next ?? Number.NaN;
  clock.advance(wait);
  await courier.wake();
  return wait;
}

test("it takes everything that is due, and then waits to be woken or for five seconds", async () => {
  const sessions = Array.from({ length: 40 }, (_, index) => `s${index}`);
  await record(...sessions);
  const courier = courierOver();
  await courier.wake();
  expect(attempts.sort()).toEqual(sessions.sort());
  expect(pending()).toEqual([]);
  expect(clock.next).toBe(5000);

  await record("another");
  await untilNext(courier);
  expect(attempts).toContain("another");
});

test("a backend that is down is asked one thing at a time, after pauses that double up to five seconds", async () => {
  refusal = () => "ECONNREFUSED";
  await record(...Array.from({ length: 40 }, (_, index) => `s${index}`));
  const courier = courierOver();
  await courier.wake();
  expect(attempts).toHaveLength(16);

  const pauses = [];
  for (let count = 0; count < 8; count += 1) pauses.push(await untilNext(courier));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(attempts).toHaveLength(16 + 8);
  expect(log).toEqual([
    expect.stringContaining("warn: usherJwt: http://127.0.0.1:9 did not take a logout token (ECONN"),
  ]);

  refusal = () => undefined;
  await untilNext(courier);
  expect(pending()).toEqual([]);
  expect(log.at(-1)).toBe("info: usherJwt: http://127.0.0.1:9 takes logout tokens again");
});

test("a delivery that is refused again and again is tried less and less, and holds up no other", async () => {
  refusal = ({ session }) => (session === "refused" ? "it answered 400" : undefined);
  await record("refused");
  const courier = courierOver();
  await courier.wake();
  for (let round = 0; round < 20; round += 1) {
    await record(`other${round}`);
    await untilNext(courier);
    await untilNext(courier);
  }
  const others = attempts.filter((session) => session !== "refused");
  expect(new Set(others).size).toBe(20);
  expect(pending()).toHaveLength(1);
  expect(attempts.length - others.length).toBeLessThan(30);
});

test("nothing is sent once no token that it ends can be alive; it is forgotten, and said so", async () => {
  refusal = () => "it answered 503";
  await record("late");
  const courier = courierOver();
  await courier.wake();
  clock.advance(keepFor * 1000 - 10_000);
  await courier.wake();
  const tried = attempts.length;
  expect(tried).toBeGreaterThan(1);
  clock.advance(10_000);
  await courier.wake();
  expect(attempts).toHaveLength(tried);
  clock.advance(60_000);
  await courier.wake();
  expect(attempts).toHaveLength(tried);
  expect(pending()).toEqual([]);
  expect(log.at(-1)).toContain("error: usherJwt: 1 logouts were never taken");
});

test("what a process took and did not finish is taken again when its lease of six seconds is over", async () => {
  await record("orphan");
  const [orphan] = await outbox.next(endpoint, 1);
  expect(await outbox.claim(orphan as Delivery)).toBe(true);
  const courier = courierOver();
  await courier.wake();
  clock.advance(5999);
  await courier.wake();
  expect(attempts).toEqual([]);
  clock.advance(1);
  await courier.wake();
  expect(attempts).toEqual(["orphan"]);
});

test("it comes back when the next delivery is due, and not only after five seconds", async () => {
  await record("soon");
  const [soon] = await outbox.next(endpoint, 1);
  await outbox.postpone(soon as Delivery, 1200);
  const courier = courierOver();
  await courier.wake();
  expect(clock.next).toBe(1200);
  await untilNext(courier);
  expect(attempts).toEqual(["soon"]);
});

test("of two that see the same delivery, one takes it", async () => {
  await record("contested");
  const [seen] = await outbox.next(endpoint, 1);
  expect(await outbox.claim(seen as Delivery)).toBe(true);
  expect(await outbox.claim(seen as Delivery)).toBe(false);
});

test("what is recorded while it is at work is not left lying", async () => {
  await record("first");
  const courier = courierOver();
  const working = courier.wake();
  await record("second");
  await Promise.all([working, courier.wake()]);
  expect(attempts.sort()).toEqual(["first", "second"]);
});

test("an outage of the database is told once it lasts, and is survived", async () => {
  await record("kept");
  let down = true;
  const refuse = async () => {
    throw Object.assign(new Error("secret text of the driver"), { code: "ECONNRESET" });
  };
  const flaky: Outbox = { ...outbox, next: (...asked) => (down ? refuse() : outbox.next(...asked)) };
  const courier = courierOver(flaky);
  await courier.wake();
  for (let count = 0; count < 6; count += 1) await untilNext(courier);
  expect(log).toEqual([
    "error: usherJwt: cannot read the table usherLogout (ECONNRESET). Where it is missing, run Better Auth's migrations",
  ]);
  down = false;
  await untilNext(courier);
  expect(attempts).toEqual(["kept"]);
});

/** An outbox whose database does not answer as long as `isLost`. */
function losing() {
  const state = { isLost: true };
  const lost = new Promise<never>(() => {});
  const over: Outbox = { ...outbox, next: (...input) => (state.isLost ? lost : outbox.next(...input)) };
  return { state, over };
}

test("a database that never answers, as over a lost connection, holds up nothing once it answers again", async () => {
  const { state, over } = losing();
  await record("kept");
  const courier = courierOver(over);
  const first = courier.wake();
  await vi.waitFor(() => expect(clock.next).toBe(5000));
  state.isLost = false;
  clock.advance(5000);
  await first;
  await untilNext(courier);
  expect(attempts).toEqual(["kept"]);
});

test("stopping waits for such a database five seconds, and no longer", async () => {
  const { over } = losing();
  const courier = courierOver(over);
  courier.wake();
  const stopped = courier.stop();
  await vi.waitFor(() => expect(clock.next).toBe(5000));
  clock.advance(5000);
  await stopped;
});

test("a clock put back by an hour stops nothing that comes after", async () => {
  refusal = () => "ECONNREFUSED";
  await record("before");
  const courier = courierOver();
  await courier.wake();
  clock.setBack(3_600_000);
  refusal = () => undefined;
  await record("after");
  await untilNext(courier);
  expect(attempts).toEqual(["before", "after"]);
});

test("once stopped it begins nothing, and nothing is put off any more", async () => {
  const courier = courierOver();
  await courier.wake();
  await courier.stop();
  await record("later");
  await courier.wake();
  clock.advance(60_000);
  expect(attempts).toEqual([]);
  expect(clock.next).toBeUndefined();
});

describe("a deletion that was written down before it happened", () => {
  const deletion = { model: "session", id: "s1" } as const;

  /** A session of a user, as Better Auth keeps them. */
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

  test("is not told while the row is there; after a minute it was refused, and is forgotten without a word", async () => {
    insertSession();
    await outbox.record({ subject: "ada", session: "s1" }, deletion);
    const courier = courierOver();
    await courier.wake();
    const waits = [];
    while (pending().length > 0 && waits.length < 20) waits.push(await untilNext(courier));
    expect(attempts).toEqual([]);
    expect(waits.slice(0, 6)).toEqual([250, 250, 500, 1000, 2000, 4000]);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThanOrEqual(60_000);
    expect(waits.length).toBeLessThan(20);
    expect(log).toEqual([]);
  });

  test("is told once the row is gone, however long the hooks in between took to agree", async () => {
    insertSession();
    await outbox.record({ subject: "ada", session: "s1" }, deletion);
    const courier = courierOver();
    await courier.wake();
    await untilNext(courier);
    expect(attempts).toEqual([]);
    database.exec(`delete from "session"`);
    await untilNext(courier);
    expect(attempts).toEqual(["s1"]);
    expect(pending()).toEqual([]);
  });

  test("is told where the row stays for the record, and has ended", async () => {
    insertSession();
    await outbox.record({ subject: "ada", session: "s1" }, deletion);
    database.prepare(`update "session" set "expiresAt" = ?`).run(new Date(clock.now()).toISOString());
    await courierOver().wake();
    expect(attempts).toEqual(["s1"]);
  });

  test("holds up nothing that has happened", async () => {
    insertSession();
    await outbox.record({ subject: "ada", session: "s1" }, deletion);
    await record("another");
    await courierOver().wake();
    expect(attempts).toEqual(["another"]);
  });
});
