import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  createRevocations,
  memoryRevocationStore,
  type Revocation,
  type RevocationStore,
} from "../../src/revocation/index.ts";
import { createBench, handClock, refusal, startSeconds, verdict } from "../support.ts";
import { handStore } from "./store.ts";

const never = () => new Promise<never>(() => {});
const revocation = { kind: "session", id: "s1", before: startSeconds } as const;
let warnings: { message: string; code: string }[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation(((message: unknown, options: { code: string }) => {
    warnings.push({ message: String(message), code: options.code });
  }) as never);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function createFollowing(changes: Partial<RevocationStore> = {}) {
  const clock = handClock();
  const store = Object.assign(handStore(), changes);
  const revocations = createRevocations({ store, maxTokenAge: 900, clock, maxStaleness: 3600 });
  onTestFinished(() => revocations.close());
  const { issuer, verifier } = createBench({ clock, revocations }, { clock });
  const tokenOf = (sub: string, sid = "s1") => issuer.tokenFor(sub, { claims: { sid }, expiresIn: 900 });
  return { clock, store, revocations, issuer, verifier, tokenOf };
}

/** Lets promises go on, and then the time pass. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

describe("a store that fails without a reason", () => {
  it("is reported once, and the hint says that there is none", async () => {
    const { revocations } = createFollowing({ subscribe: () => Promise.reject(undefined) });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(revocations.ready()).rejects.toMatchObject({
        code: "revocations_unavailable",
        hint: 'revocations have not been loaded yet: "no reason was given"',
      });
      await pass(1000);
    }
  });
});

describe("a store that hangs", () => {
  const hanging = {
    subscribe: { subscribe: never },
    load: {
      async *load() {
        yield await never();
      },
    },
    "load between two batches": {
      async *load() {
        yield [revocation];
        await never();
      },
    },
  } satisfies Record<string, Partial<RevocationStore>>;

  it.each(Object.entries(hanging))(
    "in %s is aborted after ten seconds, and called again",
    async (_name, changes) => {
      const { store, revocations, verifier, tokenOf } = createFollowing(changes);
      const ready = revocations.ready();
      const failed = expect(ready).rejects.toMatchObject({
        code: "revocations_unavailable",
        hint: expect.stringContaining("no answer within 10 s"),
      });
      await pass(10_000);
      await failed;
      Object.assign(store, { subscribe: handStore().subscribe, load: handStore().load });
      await pass(1000);
      await revocations.ready();
      expect(verdict(verifier, tokenOf("alice", "s2"))).toBe("accepted");
    },
  );

  it("in append is a 503 after ten seconds, and the next revocation is recorded", async () => {
    const { store, revocations, verifier, tokenOf } = createFollowing();
    await revocations.ready();
    const { append } = store;
    store.append = never;
    const failed = expect(revocations.revoke(revocation)).rejects.toMatchObject({
      code: "revocations_unavailable",
    });
    await pass(10_000);
    await failed;
    expect(verdict(verifier, tokenOf("alice"))).toBe("accepted");
    store.append = append;
    await revocations.revoke(revocation);
    expect(verdict(verifier, tokenOf("alice"))).toBe("token_revoked");
  });

  it("in its unsubscribe function does not delay close()", async () => {
    const { store, revocations } = createFollowing();
    const { subscribe } = store;
    store.subscribe = async (listener) => {
      await subscribe(listener);
      return never;
    };
    await revocations.ready();
    const closing = expect(revocations.close()).rejects.toMatchObject({
      name: "DeadlineError",
      message: "no answer within 10 s",
    });
    await pass(10_000);
    await closing;
  });

  it("and subscribes after all, too late, is unsubscribed, and its confirmations do not count", async () => {
    const { clock, store, revocations } = createFollowing();
    const { subscribe } = store;
    const late = Promise.withResolvers<void>();
    let confirm = () => {};
    store.subscribe = async (listener) => {
      await late.promise;
      confirm = listener.confirmed;
      return subscribe(listener);
    };
    const failed = expect(revocations.ready()).rejects.toThrow();
    await pass(10_000);
    await failed;
    late.resolve();
    await pass(0);
    confirm();
    expect(store.calls).toEqual(["subscribe", "stop"]);
    expect(revocations.status().state).toBe("missing");
    store.subscribe = subscribe;
    await pass(1000);
    await revocations.ready();
    expect(revocations.status().state).toBe("current");
    clock.advance(3600);
    confirm();
    expect(revocations.status().state).toBe("stale");
  });
});

describe("a store that does less than its type says", () => {
  const batches = () => [[], [revocation]];

  it.each<[string, () => unknown]>([
    ["returns a list of batches", batches],
    ["resolves to a list of batches", async () => batches()],
    [
      "returns an iterator that can only continue",
      () => ({ [Symbol.asyncIterator]: () => batches().values() }),
    ],
  ])("is loaded if its load %s", async (_case, load) => {
    const { revocations, verifier, tokenOf } = createFollowing({ load: load as RevocationStore["load"] });
    await revocations.ready();
    expect(verdict(verifier, tokenOf("alice"))).toBe("token_revoked");
    expect(verdict(verifier, tokenOf("alice", "s2"))).toBe("accepted");
  });

  it("is closed without an error if it gives no function that unsubscribes", async () => {
    const { revocations } = createFollowing({ subscribe: async () => undefined as never });
    await revocations.ready();
    await expect(revocations.close()).resolves.toBeUndefined();
  });
});

describe("a load that ends early", () => {
  it("lets the store release what it holds", async () => {
    const released = vi.fn();
    const { revocations } = createFollowing({
      async *load() {
        try {
          yield "no list" as never;
        } finally {
          released();
        }
      },
    });
    await expect(revocations.ready()).rejects.toMatchObject({
      hint: 'revocations have not been loaded yet: "the store returned no list of revocations"',
    });
    expect(released).toHaveBeenCalledOnce();
  });
});

describe("a store that calls back", () => {
  it("while it subscribes or loads neither recurses nor waits for itself", async () => {
    const { store, revocations } = createFollowing();
    const { subscribe } = store;
    let isNested = false;
    store.subscribe = (listener) => {
      isNested = true;
      revocations.ready().catch(() => undefined);
      return subscribe(listener);
    };
    store.duringLoad = () => void revocations.ready().catch(() => undefined);
    await revocations.ready();
    expect([isNested, store.calls]).toEqual([true, ["subscribe", "load"]]);
  });
});

describe("an unreadable entry in a store", () => {
  const inMilliseconds = { kind: "user", id: "alice", before: startSeconds * 1000 } as const;

  it.each<[string, unknown, { alice: string; later: string }]>([
    ["milliseconds", inMilliseconds, { alice: "token_revoked", later: "accepted" }],
    [
      "milliseconds to come",
      { ...inMilliseconds, before: 9e14 },
      { alice: "token_revoked", later: "accepted" },
    ],
    ["no number", { ...inMilliseconds, before: "yesterday" }, { alice: "token_revoked", later: "accepted" }],
    ["no instant", { ...inMilliseconds, before: Number.NaN }, { alice: "token_revoked", later: "accepted" }],
    ["nothing", { ...inMilliseconds, before: undefined }, { alice: "token_revoked", later: "accepted" }],
    ["another kind", { ...revocation, kind: "device" }, { alice: "accepted", later: "accepted" }],
    [
      "another kind, of every object",
      { ...revocation, kind: "constructor" },
      { alice: "accepted", later: "accepted" },
    ],
    ["no id", { ...inMilliseconds, id: 7 }, { alice: "accepted", later: "accepted" }],
    ["no object", null, { alice: "accepted", later: "accepted" }],
  ])(
    "%s: is applied as far as possible, stops nothing, and causes a warning",
    async (_case, row, expected) => {
      const { clock, store, revocations, issuer, verifier, tokenOf } = createFollowing();
      const before = tokenOf("alice", "s2");
      const others = tokenOf("bob", "s9");
      store.rows = [[row as Revocation, { kind: "session", id: "s9", before: startSeconds }]];
      await revocations.ready();
      store.tell((listener) => listener.revoked([row as Revocation]));
      expect(verdict(verifier, before)).toBe(expected.alice);
      expect(verdict(verifier, others)).toBe("token_revoked");
      clock.advance(1);
      const signedInAgain = issuer.tokenFor("alice", { claims: { sid: "s3" } });
      expect(verdict(verifier, signedInAgain)).toBe(expected.later);
      expect(warnings.map(({ code }) => code)).toEqual(["USHER_REVOCATIONS_MISREAD"]);
      expect(warnings[0]?.message).toMatch(
        /^a revocation in the store (?:has|does) .+: correct it in the store, with `before` in seconds$/,
      );
      expect(warnings[0]?.message).not.toContain("alice");

      // And it leaves, as the others do.
      clock.advance(900 + 361);
      for (let round = 0; round < 3; round++) store.tell((listener) => listener.confirmed());
      expect(revocations.status().entries).toBe(0);
    },
  );

  it("batches that are no lists cause one full load, so that nothing is missed", async () => {
    const { store, revocations, verifier, tokenOf } = createFollowing();
    await revocations.ready();
    store.rows = [[revocation]];
    for (let times = 0; times < 2; times++)
      store.tell((listener) => expect(() => listener.revoked("news" as never)).not.toThrow());
    expect(vi.getTimerCount()).toBe(1);
    expect(verdict(verifier, tokenOf("alice", "s2"))).toBe("revocations_unavailable");
    expect(refusal(() => verifier.verifySync(tokenOf("alice", "s2"))).hint).toContain(
      "the store returned no list of revocations",
    );
    await pass(1000);
    await revocations.ready();
    expect(verdict(verifier, tokenOf("alice"))).toBe("token_revoked");
    expect(verdict(verifier, tokenOf("alice", "s2"))).toBe("accepted");
  });
});

describe("memoryRevocationStore", () => {
  it("rejects milliseconds, and removes old entries behind newer ones", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ maxTokenAge: 60, clock });
    await expect(
      store.append([{ kind: "user", id: "alice", before: startSeconds * 1000 } as Revocation]),
    ).rejects.toThrow(TypeError);
    await store.append([
      { kind: "user", id: "ahead", before: startSeconds + 86_400 },
      { kind: "user", id: "old", before: startSeconds },
    ]);
    clock.advance(421);
    await store.append([{ kind: "user", id: "new", before: startSeconds + 421 }]);
    const all: Revocation[] = [];
    for await (const batch of store.load()) all.push(...batch);
    expect(all.map(({ id }) => id)).toEqual(["ahead", "new"]);
  });
});

it("changing a list afterwards, by caller or store, does not change what is recorded", async () => {
  const { store, revocations, verifier, tokenOf } = createFollowing();
  await revocations.ready();
  const given = [{ kind: "session", id: "s1", before: startSeconds }] as {
    kind: "session";
    id: string;
    before: number;
  }[];
  store.append = async (batch) => {
    expect(() => (batch as unknown[]).pop()).toThrow(TypeError);
    (given[0] as { id: string }).id = "another";
  };
  await revocations.revoke(given);
  expect(verdict(verifier, tokenOf("alice"))).toBe("token_revoked");
  expect(verdict(verifier, tokenOf("alice", "another"))).toBe("accepted");
});
