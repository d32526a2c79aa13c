import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  createRevocations,
  memoryRevocationStore,
  type Revocation,
  type RevocationStore,
} from "../../src/revocation/index.ts";
import { createBench, handClock, startSeconds, verdict } from "../support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const session = (id: string, before = startSeconds): Revocation => ({ kind: "session", id, before });

async function loaded(store: RevocationStore): Promise<Revocation[]> {
  const revocations: Revocation[] = [];
  for await (const batch of store.load()) revocations.push(...batch);
  return revocations;
}

describe("memoryRevocationStore", () => {
  it("notifies current listeners, and later ones through load", async () => {
    const store = memoryRevocationStore({ clock: handClock() });
    const told: unknown[] = [];
    const listener = { revoked: (batch: unknown) => void told.push(batch), confirmed() {}, failed() {} };
    await store.append([session("0")]);
    const stop = await store.subscribe(listener);
    await store.append([session("1"), session("2")]);
    await stop();
    await store.append([session("3")]);
    expect(told).toEqual([[session("1"), session("2")]]);
    expect((await loaded(store)).map(({ id }) => id)).toEqual(["0", "1", "2", "3"]);
  });

  it("confirms at once, and then at least every two seconds until stopped", async () => {
    let confirmed = 0;
    const listener = { revoked() {}, confirmed: () => void confirmed++, failed() {} };
    const stop = await memoryRevocationStore().subscribe(listener);
    expect(confirmed).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(confirmed).toBeGreaterThanOrEqual(6);
    const last = confirmed;
    await stop();
    vi.advanceTimersByTime(10_000);
    expect(confirmed).toBe(last);
  });

  it("keeps the latest time of an id, and nothing for longer than maxTokenAge", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await store.append([
      session("1", startSeconds),
      session("1", startSeconds - 30),
      session("2", startSeconds + 50),
    ]);
    expect(await loaded(store)).toEqual([session("1"), session("2", startSeconds + 50)]);
    clock.advance(420);
    await store.append([session("2", startSeconds + 50)]);
    expect((await loaded(store)).map(({ id }) => id)).toEqual(["1", "2"]);
    clock.advance(1);
    await store.append([session("3", startSeconds + 421)]);
    expect((await loaded(store)).map(({ id }) => id)).toEqual(["2", "3"]);
  });

  it("accepts a later time of an id, and evicts the oldest first", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await store.append([session("1"), session("2", startSeconds + 1)]);
    await store.append([session("1", startSeconds + 50)]);
    expect(await loaded(store)).toEqual([session("2", startSeconds + 1), session("1", startSeconds + 50)]);
    clock.advance(422);
    await store.append([]);
    expect((await loaded(store)).map(({ id }) => id)).toEqual(["1"]);
  });

  it("loads no old entry, whether or not it was removed", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await store.append([session("1"), session("2", startSeconds + 1)]);
    clock.advance(421);
    expect((await loaded(store)).map(({ id }) => id)).toEqual(["2"]);
  });

  it("removes old entries as others are added: it looks at two per call, and at two per entry", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await store.append(["1", "2", "3", "4", "5", "6", "7", "8"].map((id) => session(id)));
    const idsAfter = async (added: readonly Revocation[]) => {
      clock.advance(421);
      await store.append(added);
      // At their own time, all that were not removed are loaded.
      clock.advance(-421);
      return (await loaded(store)).map(({ id }) => id);
    };
    expect(await idsAfter([])).toEqual(["3", "4", "5", "6", "7", "8"]);
    const added = session("9", startSeconds + 421);
    expect(await idsAfter([added])).toEqual(["7", "8", "9"]);
    // The end of the list is a step too. After it, the next call begins again.
    expect(await idsAfter([added])).toEqual(["9"]);
    clock.advance(421);
    expect(await idsAfter([])).toEqual([]);
  });

  it("keeps entries for the clock tolerance too, of a verifier that is created later", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await store.append([session("s1")]);
    clock.advance(299);
    await store.append([session("s2", startSeconds + 299), session("s3", startSeconds + 299)]);
    const later = createRevocations({ store, maxTokenAge: 60, clock });
    const { issuer, verifier } = createBench({ clock, revocations: later, clockTolerance: 300 }, { clock });
    await verifier.ready();
    const token = issuer.tokenFor("alice", { claims: { sid: "s1", iat: startSeconds } });
    expect(verdict(verifier, token)).toBe("token_revoked");
    await later.close();
  });

  it("rejects a maxTokenAge out of range", () => {
    for (const maxTokenAge of [0, 2_592_001]) {
      expect(() => memoryRevocationStore({ maxTokenAge })).toThrow(
        "memoryRevocationStore: maxTokenAge: must be an integer from 1 to 2592000.",
      );
    }
    for (const maxTokenAge of [1, 2_592_000])
      expect(() => memoryRevocationStore({ maxTokenAge })).not.toThrow();
  });
});
