import { channel } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type RevocationsChanged, subscribe } from "../../src/events/index.ts";
import {
  createRevocations,
  memoryRevocationStore,
  type Revocation,
  type RevocationsOptions,
} from "../../src/revocation/index.ts";
import { handClock, startSeconds } from "../support.ts";
import { handStore } from "./store.ts";

/** What subscribers of `usher:revocations` learn. */

const mine: Revocation = { kind: "session", id: "s1", before: startSeconds, by: "admin-1" };
const theirs: Revocation = { kind: "user", id: "bob", before: startSeconds, by: "admin-2" };

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

function listen(): RevocationsChanged[] {
  const events: RevocationsChanged[] = [];
  onTestFinished(subscribe("usher:revocations", (event) => events.push(event)));
  return events;
}

function create(options: Partial<RevocationsOptions> = {}) {
  const clock = handClock();
  const store = handStore();
  const revocations = createRevocations({ store, maxTokenAge: 900, clock, ...options });
  onTestFinished(() => revocations.close());
  return { clock, store, revocations };
}

describe("usher:revocations", () => {
  it("tells that all are loaded, once, and not each of them", async () => {
    const events = listen();
    const { store, revocations } = create();
    store.rows = [[mine, theirs]];
    await revocations.ready();
    store.tell((listener) => listener.confirmed());
    expect(events).toEqual([{ change: "loaded" }]);
  });

  it("tells what this process revoked, although the store reports it too", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    await revocations.revoke([mine]);
    store.tell((listener) => listener.revoked([mine]));
    await revocations.revoke([]);
    expect(events).toEqual([{ change: "revoked", revocations: [mine] }]);
    expect(Object.isFrozen(events[0]?.revocations?.[0])).toBe(true);
  });

  it("does the same with a store in memory, and tells the other lists of it", async () => {
    const store = memoryRevocationStore({ clock: handClock() });
    const [one, other] = [create({ store }), create({ store })];
    await Promise.all([one, other].map(({ revocations }) => revocations.ready()));
    const events = listen();
    await one.revocations.revoke(mine);
    expect(events).toEqual([
      { change: "received", revocations: [mine] },
      { change: "revoked", revocations: [mine] },
    ]);
  });

  it("tells what another process revoked, once, and nothing that is too old to matter", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    // Its last moment was 1260 s ago: maxTokenAge, and six minutes.
    const old: Revocation = { kind: "user", id: "carol", before: startSeconds - 1261 };
    for (let times = 0; times < 3; times++) store.tell((listener) => listener.revoked([theirs, old]));
    store.tell((listener) => listener.revoked([theirs, { ...theirs, before: startSeconds + 1 }]));
    expect(events).toEqual([
      { change: "received", revocations: [theirs] },
      { change: "received", revocations: [{ ...theirs, before: startSeconds + 1 }] },
    ]);
  });

  it("tells nothing of a revocation that was not recorded, unless the store delivers it", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    store.append = async () => {
      throw new Error("down");
    };
    await expect(revocations.revoke(mine)).rejects.toThrow();
    expect(events).toEqual([]);
    store.append = async (batch) => {
      store.tell((listener) => listener.revoked(batch));
      throw new Error("the answer was lost");
    };
    await expect(revocations.revoke(mine)).rejects.toThrow();
    expect(events).toEqual([{ change: "received", revocations: [mine] }]);
  });

  it("tells once that they are stale, with the reason, and once that they are current again", async () => {
    const { clock, store, revocations } = create({ maxStaleness: 10 });
    await revocations.ready();
    const events = listen();
    clock.advance(5);
    store.tell((listener) => listener.failed(new Error("no\u001b[2J route")));
    expect(events).toEqual([]);
    clock.advance(5);
    for (let times = 0; times < 3; times++)
      store.tell((listener) => listener.failed(new Error("no\u001b[2J route")));
    expect(events).toHaveLength(1);
    expect(() => revocations.check({ sub: "alice" })).toThrow();
    expect(revocations.status().state).toBe("stale");
    store.tell((listener) => listener.confirmed());
    store.tell((listener) => listener.confirmed());
    expect(events).toEqual([{ change: "stale", reason: "no\\u001b[2J route" }, { change: "recovered" }]);
  });

  it("notices a store that is only silent when a token is checked, or the state is read", async () => {
    for (const notice of ["check", "status"] as const) {
      const { clock, revocations } = create({ whenStale: "accept" });
      await revocations.ready();
      const events = listen();
      revocations.check({ sub: "alice" });
      revocations.status();
      expect(events).toEqual([]);
      clock.advance(11);
      if (notice === "check") revocations.check({ sub: "alice" });
      else revocations.status();
      expect(events).toEqual([{ change: "stale" }]);
    }
  });

  it("tells that they are stale, and not current again, if some were deleted too early", async () => {
    const events = listen();
    const { clock, store, revocations } = create();
    await revocations.ready();
    await store.append([mine]);
    for (const seconds of [3600, -3598]) {
      clock.advance(seconds);
      store.tell((listener) => listener.confirmed());
    }
    expect(events).toEqual([
      { change: "loaded" },
      { change: "received", revocations: [mine] },
      { change: "stale", reason: "the clock was ahead, and some were deleted too early" },
    ]);
  });

  it("tells what another process revokes while this one does", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    store.append = async () => store.tell((listener) => listener.revoked([theirs]));
    await revocations.revoke(mine);
    expect(events).toEqual([
      { change: "received", revocations: [theirs] },
      { change: "revoked", revocations: [mine] },
    ]);
  });

  it("tells what another process revoked even if this one did so before and has deleted it", async () => {
    const { clock, store, revocations } = create();
    await revocations.ready();
    await revocations.revoke(mine);
    clock.advance(3600);
    store.tell((listener) => listener.confirmed());
    expect(revocations.status().entries).toBe(0);
    clock.advance(-3598);
    const events = listen();
    store.tell((listener) => listener.revoked([mine]));
    expect(events).toEqual([{ change: "received", revocations: [mine] }]);
  });

  it("tells a revocation once if this process tries it twice and one attempt fails", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answers = [first.promise, second.promise];
    store.append = async () => answers.shift();
    const attempts = [revocations.revoke(mine), revocations.revoke(mine)];
    first.reject(new Error("down"));
    await expect(attempts[0]).rejects.toThrow();
    second.resolve();
    await attempts[1];
    expect(events).toEqual([{ change: "revoked", revocations: [mine] }]);
  });

  it.each([
    ["what is recorded after it subscribed", undefined, [{ change: "revoked", revocations: [mine] }]],
    ["nothing that was delivered before, if recording fails", new Error("the answer was lost"), []],
  ])("tells a late subscriber %s", async (_case, failure, expected) => {
    const { store, revocations } = create();
    await revocations.ready();
    let events: RevocationsChanged[] = [];
    store.append = async (batch) => {
      if (failure !== undefined) store.tell((listener) => listener.revoked(batch));
      events = listen();
      store.tell((listener) => listener.revoked(batch));
      if (failure !== undefined) throw failure;
    };
    await revocations.revoke(mine).catch(() => undefined);
    expect(events).toEqual(expected);
  });

  it("creates no event while nobody subscribes", async () => {
    const published = vi.spyOn(channel("usher:revocations"), "publish");
    const { clock, store, revocations } = create();
    await revocations.ready();
    await revocations.revoke(mine);
    store.tell((listener) => listener.revoked([theirs]));
    clock.advance(11);
    store.tell((listener) => listener.failed(new Error("down")));
    store.tell((listener) => listener.confirmed());
    expect(published).not.toHaveBeenCalled();
  });

  it("tells nothing of a state while they were never loaded", async () => {
    const events = listen();
    const { store, revocations } = create();
    store.refusal = new Error("down");
    await revocations.ready().catch(() => undefined);
    expect(() => revocations.check({ sub: "alice" })).toThrow();
    expect(events).toEqual([]);
  });

  it("is not disturbed by a subscriber that throws, reads the state, or revokes", async () => {
    const { store, revocations } = create();
    const states: string[] = [];
    onTestFinished(
      subscribe("usher:revocations", ({ revocations: revoked }) => {
        states.push(revocations.status().state);
        if (revoked?.some(({ id }) => id === "bob")) void revocations.revoke(mine);
        throw new Error("the subscriber's");
      }),
    );
    await revocations.ready();
    store.tell((listener) => listener.revoked([theirs]));
    await vi.waitFor(() => expect(states).toEqual(["current", "current", "current"]));
    expect(() => revocations.check({ sid: "s1" })).toThrow("has been revoked");
    expect(() => revocations.check({ sub: "bob", iat: startSeconds })).toThrow("has been revoked");
  });

  it("tells what a store's own code made of a revocation, as it was read", async () => {
    const { store, revocations } = create();
    await revocations.ready();
    const events = listen();
    const odd = [
      { kind: "user", id: "dora", before: startSeconds, by: 7 },
      { kind: "user", id: "emil", before: startSeconds, by: "a\nb" },
      { kind: "user", id: "", before: startSeconds, by: "x" },
    ];
    store.tell((listener) => listener.revoked(odd as never));
    expect(events).toEqual([
      {
        change: "received",
        revocations: [
          { kind: "user", id: "dora", before: startSeconds },
          { kind: "user", id: "emil", before: startSeconds, by: "a\\u000ab" },
        ],
      },
    ]);
  });
});
