import type { AuthContext, BetterAuthOptions } from "better-auth";
import { expect, test, vi } from "vitest";
import { deliveryStatus } from "../../src/index.ts";
import { createDeliveryQueue } from "../../src/logout/delivery-queue.ts";
import { createDeliveryWorker } from "../../src/logout/delivery-worker.ts";
import { Browser } from "../instance.ts";
import type { DatabaseKind } from "../organization/databases.ts";
import { organizationIssuer } from "../organization/issuer.ts";
import { openBackend } from "./backend.ts";
import { deliveriesTo } from "./deliveries.ts";
import { ManualClock } from "./manual-clock.ts";

/** Milliseconds. */
const minute = 60_000;

/** A delivery of which nothing is known yet. */
export function rowFor(endpoint: string, over: Record<string, unknown> = {}) {
  const now = Date.now();
  return {
    endpoint,
    subject: "ada",
    session: "s1",
    happenedAt: new Date(now),
    keepUntil: new Date(now + 10 * minute),
    // Later than the tests take: no worker sends it.
    dueAt: new Date(now + 60 * minute),
    attempts: 0,
    ...over,
  };
}

/** An issuer for one endpoint, which sends nothing by itself, and a way to add rows. */
export async function quietIssuer(endpoints: string[], database?: BetterAuthOptions["database"]) {
  const issuer = await organizationIssuer(endpoints, database === undefined ? {} : { database });
  const add = async (endpoint: string, over?: Record<string, unknown>): Promise<void> => {
    await issuer.adapter.create({ model: "usherLogout", data: rowFor(endpoint, over) });
  };
  return { ...issuer, add };
}

/** What holds for every database. */
export function testStatus(kind: DatabaseKind): void {
  test("counts what waits for each endpoint, with the oldest and the last failure", async () => {
    const [one, two] = ["https://one.example.com/logout", "https://two.example.com/logout"];
    const { auth, add } = await quietIssuer([one, two], await kind.open());
    const now = Date.now();
    await add(one, { happenedAt: new Date(now - 30_000) });
    await add(one, {
      happenedAt: new Date(now - 90_000),
      failure: "no answer in time",
      failedAt: new Date(now - 9000),
    });
    await add(one, {
      happenedAt: new Date(now - 60_000),
      failure: "it answered 503",
      failedAt: new Date(now - 3000),
    });
    await add(one, { happenedAt: new Date(now - 600_000), keepUntil: new Date(now - 1) });
    const [first, second, ...more] = await deliveryStatus(auth);
    expect(first).toEqual({
      endpoint: "https://one.example.com",
      configured: true,
      waiting: 3,
      oldestAge: expect.any(Number),
      lastFailure: { reason: "it answered 503", at: new Date(now - 3000) },
    });
    expect(first?.oldestAge).toBeGreaterThanOrEqual(90);
    expect(first?.oldestAge).toBeLessThan(120);
    expect(second).toEqual({ endpoint: "https://two.example.com", configured: true, waiting: 0 });
    expect(more).toEqual([]);
  });

  test("shows what waits for endpoints that are no longer configured", async () => {
    const { auth, add } = await quietIssuer(["https://api.example.com/new"], await kind.open());
    await add("https://old.example.com/logout?token=abc");
    await add("https://api.example.com/old", { happenedAt: new Date(Date.now() - 5000) });
    await add("https://api.example.com/older");
    const [configured, ...removed] = await deliveryStatus(auth);
    expect(configured).toEqual({ endpoint: "https://api.example.com", configured: true, waiting: 0 });
    removed.sort((a, b) => a.endpoint.localeCompare(b.endpoint));
    expect(removed).toMatchObject([
      { endpoint: "https://api.example.com", configured: false, waiting: 2 },
      { endpoint: "https://old.example.com", configured: false, waiting: 1 },
    ]);
    expect(removed[0]?.oldestAge).toBeGreaterThanOrEqual(5);
  });

  test("a real backend that is down, and is back", async () => {
    const backend = await openBackend();
    backend.status = 503;
    const { auth, pending } = await organizationIssuer([backend.endpoint], { database: await kind.open() });
    const ada = new Browser(auth);
    await ada.signUp();
    await ada.request("POST", "/sign-out", {});
    const [status] = await vi.waitUntil(
      async () => {
        const found = await deliveryStatus(auth);
        return found[0]?.lastFailure !== undefined && found;
      },
      { timeout: 10_000, interval: 50 },
    );
    expect(status).toMatchObject({ waiting: 1, lastFailure: { reason: "it answered 503" } });
    backend.status = 200;
    await vi.waitFor(async () => expect(await pending()).toEqual([]), { timeout: 20_000, interval: 50 });
    expect(await deliveryStatus(auth)).toEqual([
      { endpoint: new URL(backend.endpoint).origin, configured: true, waiting: 0 },
    ]);
  });

  test("what several workers give up at the same time is reported once, with its ids", async () => {
    const endpoint = "https://gone.example.com/logout";
    const database = await kind.open();
    const issuers = [await quietIssuer([endpoint], database), await quietIssuer([endpoint], database)];
    for (const { stop } of issuers) await stop();
    const [{ add, pending }] = issuers as [(typeof issuers)[number]];
    const events = deliveriesTo({ endpoint });
    const clock = new ManualClock();
    const happenedAt = new Date(clock.now() - 10 * minute);
    const expired = { happenedAt, keepUntil: new Date(clock.now() - 1) };
    const subjects = Array.from({ length: 60 }, (_, index) => `user${index}`);
    for (const subject of subjects)
      await add(endpoint, { ...expired, subject, attempts: 9, failure: "ECONNREFUSED" });
    await add(endpoint, {
      ...expired,
      subject: "",
      subjects: '["list1","list2"]',
      session: null,
      kind: "memberships",
    });
    const lines: string[] = [];
    const log = { info: () => {}, warn: () => {}, error: (line: string) => void lines.push(line) };
    await Promise.all(
      issuers.map(({ adapter }) => {
        const queue = createDeliveryQueue(adapter as AuthContext["adapter"], [endpoint], 600, clock);
        const worker = createDeliveryWorker({
          endpoint,
          queue,
          clock,
          log,
          attempt: async () => "never called",
        });
        return worker.wake();
      }),
    );
    expect(await pending()).toEqual([]);
    expect(events.map(({ subject }) => subject).sort()).toEqual([...subjects, "list1", "list2"].sort());
    expect(events.find(({ subject }) => subject === "user7")).toEqual({
      endpoint: "https://gone.example.com",
      outcome: "given_up",
      reason: "ECONNREFUSED",
      attempts: 9,
      age: 600,
      kind: "session",
      subject: "user7",
      sessionId: "s1",
    });
    const counts = lines.map((line) => {
      expect(line).toContain(
        `, the first of ${happenedAt.toISOString()}; the tokens they revoke have expired`,
      );
      expect(line).not.toMatch(/user\d|list\d|s1/);
      return Number(
        /^usherJwt: https:\/\/gone\.example\.com never acknowledged (\d+) logout/.exec(line)?.[1],
      );
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(events.length);
  });
}
