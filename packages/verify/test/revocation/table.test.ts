import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Revocation } from "../../src/revocation/store.ts";
import { createSubscription } from "../../src/revocation/subscription.ts";
import { RevocationTable } from "../../src/revocation/table.ts";
import { startSeconds } from "../support.ts";
import { handStore } from "./store.ts";

describe("RevocationTable", () => {
  it("never contains much more than twice the live entries, however many are added", () => {
    const table = new RevocationTable(140, 1_000_000);
    let most = 0;
    // Ten a second, each alive for 500 s: 5000.
    for (let count = 0; count < 200_000; count++) {
      const now = startSeconds + count / 10;
      table.add({ kind: "session", id: `s${count}`, before: now }, now);
      most = Math.max(most, table.size);
    }
    expect(most).toBeGreaterThanOrEqual(5000);
    expect(most).toBeLessThanOrEqual(10_500);
  });

  it("is emptied when nothing more is added", () => {
    const table = new RevocationTable(900, 1_000_000);
    for (let count = 0; count < 100_000; count++) {
      table.add({ kind: "user", id: `u${count}`, before: startSeconds }, startSeconds);
    }
    for (let pass = 0; pass < 10; pass++) table.sweep(startSeconds + 1260);
    expect(table.size).toBe(100_000);
    for (let pass = 0; pass < 200; pass++) table.sweep(startSeconds + 1261);
    expect(table.size).toBe(0);
  });

  it("is cleaned a fiftieth at a time", () => {
    const table = new RevocationTable(900, 1_000_000);
    for (let count = 0; count < 60_000; count++) {
      table.add({ kind: "user", id: `u${count}`, before: startSeconds }, startSeconds);
    }
    table.sweep(startSeconds + 1261);
    expect(table.size).toBe(58_800);
  });

  it("accepts entries that it does not need to keep", () => {
    const table = new RevocationTable(900, 0);
    expect(table.add({ kind: "token", id: "1", before: startSeconds - 1261 }, startSeconds)).toBe(true);
    expect(table.add({ kind: "token", id: "1", before: startSeconds - 1260 }, startSeconds)).toBe(false);
  });

  it("accepts nothing beyond its capacity, and reports it", () => {
    const table = new RevocationTable(900, 2);
    const add = (id: string, before = startSeconds) => table.add({ kind: "token", id, before }, startSeconds);
    expect([add("1"), add("2"), add("3"), add("2", startSeconds + 1)]).toEqual([true, true, false, true]);
    expect(table.size).toBe(2);
  });

  it("agrees with a plain list of all revocations", () => {
    const id = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "");
    const revocation = fc.record({
      kind: fc.constantFrom("token" as const, "session" as const, "user" as const),
      id,
      before: fc.integer({ min: startSeconds - 5, max: startSeconds + 5 }),
    });
    const token = fc.record({
      sub: id,
      iat: fc.option(fc.integer({ min: startSeconds - 6, max: startSeconds + 6 }), { nil: undefined }),
      jti: fc.option(id, { nil: undefined }),
      sid: fc.option(id, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(revocation), token, (list, { sub, iat, jti, sid }) => {
        const table = new RevocationTable(900, 1000);
        for (const one of list) table.add(one, startSeconds);
        const names = (one: Revocation) =>
          (one.kind === "token" && one.id === jti) ||
          (one.kind === "session" && one.id === sid) ||
          (one.kind === "user" && one.id === sub && (iat === undefined || iat <= one.before));
        expect(table.find({ sub, iat, jti, sid }) !== undefined).toBe(list.some(names));
      }),
    );
  });
});

describe("a full table", () => {
  it("is incomplete, and is loaded again once there is room", async () => {
    const store = handStore();
    let room = 1;
    const told: string[] = [];
    const listener = {
      take: (batch: readonly Revocation[]) => batch.length <= room,
      confirm: () => void told.push("confirmed"),
      incomplete: () => void told.push("incomplete"),
      fail: (error: unknown) => void told.push(String(error)),
    };
    const subscription = createSubscription(
      store,
      listener,
      () => 0,
      () => 0,
    );
    const two: Revocation[] = ["1", "2"].map((id) => ({ kind: "token", id, before: startSeconds }));
    await subscription.start();
    store.rows = [two];
    store.tell((listener) => listener.revoked(two));
    store.tell((listener) => listener.confirmed());
    expect(told).toEqual(["confirmed", "incomplete", expect.stringContaining("more live revocations")]);
    await expect(subscription.start()).rejects.toThrow("more live revocations");
    const crowded = createSubscription(
      store,
      listener,
      () => 0,
      () => 0,
    );
    await expect(crowded.start()).rejects.toThrow("more live revocations");
    await crowded.close();
    room = 2;
    await expect.poll(() => told.at(-1), { timeout: 5000 }).toBe("confirmed");
    await subscription.close();
    await expect(crowded.start()).rejects.toThrow("the revocations were closed");
  });
});
