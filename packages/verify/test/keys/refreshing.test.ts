import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Fetch,
  type KeySource,
  type RemoteJwksOptions,
  remoteJwks,
  type Secret,
  type Verifier,
} from "../../src/index.ts";
import { keyStatus, type ReloadedSecretOptions, reloadedSecret } from "../../src/keys/index.ts";
import { eagerly } from "../../src/verifier/internals.ts";
import { createBench, verdict } from "../support.ts";

/**
 * Loads of keys that hang or fail: what waits for them, for how long, and what follows.
 */

const address = "https://app.example.com/api/auth/jwks";
const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
const never = () => new Promise<never>(() => {});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function outcome(verifier: Verifier, token: string): Promise<string> {
  return verifier.verify(token).then(
    () => "accepted",
    (error) => error.code as string,
  );
}

/** A verifier whose JWKS is the result of `fetch`, given a valid response; `fetches` counts. */
function createRemote(
  fetch: (good: () => Response, signal: AbortSignal) => unknown,
  options: RemoteJwksOptions = {},
) {
  const { clock } = createBench();
  const issuer = createTestIssuer({ algorithm: "ES256", clock });
  const state = { fetches: 0, fetch };
  const counted: Fetch = (_url, { signal }) => {
    state.fetches++;
    return state.fetch(() => Response.json(issuer.jwks()), signal as AbortSignal) as Promise<Response>;
  };
  const keys = remoteJwks(address, { fetch: counted, clock, random: () => 1, ...options });
  const { verifier } = createBench({ keys, clock });
  return Object.assign(state, { clock, issuer, keys, verifier });
}

function createReloaded(load: () => unknown, options: ReloadedSecretOptions = {}) {
  const { clock } = createBench();
  const issuer = createTestIssuer({ secret, clock });
  const state = { loads: 0, load };
  const keys = reloadedSecret(
    () => {
      state.loads++;
      return state.load() as Secret;
    },
    { clock, ...options },
  );
  const { verifier } = createBench({ keys, clock });
  return Object.assign(state, { clock, issuer, verifier });
}

/** A body that sends a chunk every second without end, and ignores aborts. */
const endless = () => {
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      controller.enqueue(new Uint8Array([32]));
    },
  });
  return new Response(body);
};

describe("a load that never ends", () => {
  const fetches: readonly [string, (good: () => Response) => unknown][] = [
    ["fetch never settles, and ignores its signal", never],
    // biome-ignore lint/suspicious/noThenProperty: a thenable, as user code may return.
    ["fetch returns a thenable that never settles", () => ({ then: () => undefined })],
    ["the body never starts", () => new Response(new ReadableStream({ pull: never }))],
    ["the body never ends", endless],
  ];

  it.each(fetches)(
    "%s: a 503 after 5 seconds for all waiting requests, then a retry",
    async (_case, fetch) => {
      const remote = createRemote(fetch);
      const token = remote.issuer.tokenFor("alice", { expiresIn: 3600 });
      const waiting = [
        outcome(remote.verifier, token),
        outcome(remote.verifier, token),
        remote.verifier.ready(),
      ].map((result) => Promise.resolve(result).catch((error) => error.code as string));
      const settled = vi.fn();
      for (const result of waiting) void result.then(settled);
      await vi.advanceTimersByTimeAsync(4999);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => "keys_unavailable"));
      expect(remote.fetches).toBe(1);

      remote.fetch = (good) => good();
      expect(await outcome(remote.verifier, token), "while failures back off").toBe("keys_unavailable");
      remote.clock.advance(1);
      expect(await outcome(remote.verifier, token)).toBe("accepted");
      expect(remote.fetches).toBe(2);
    },
  );

  it("load of reloadedSecret likewise, with its own timeout and an aborted signal", async () => {
    for (const [options, milliseconds] of [
      [{}, 5000],
      [{ timeout: 2 }, 2000],
    ] as const) {
      const signals: AbortSignal[] = [];
      const { clock } = createBench();
      const issuer = createTestIssuer({ secret, clock });
      let hangs = true;
      const load = (signal: AbortSignal) => {
        signals.push(signal);
        return hangs ? never() : secret;
      };
      const { verifier } = createBench({ keys: reloadedSecret(load, { clock, ...options }), clock });
      const token = issuer.tokenFor("alice");
      const waiting = outcome(verifier, token);
      await vi.advanceTimersByTimeAsync(milliseconds - 1);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
      await vi.advanceTimersByTimeAsync(1);
      expect(await waiting).toBe("keys_unavailable");
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      hangs = false;
      clock.advance(2);
      expect(await outcome(verifier, token)).toBe("accepted");
    }
    for (const timeout of [0, 61, 1.5]) {
      expect(() => reloadedSecret(() => secret, { timeout })).toThrow("reloadedSecret: timeout");
    }
  });

  it("in the background delays no request, and the last keys stay in use", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.fetch = never;
    remote.clock.advance(300);
    expect(verdict(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    await vi.advanceTimersByTimeAsync(5000);
    expect(remote.fetches).toBe(2);
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      `remoteJwks: the JWKS at ${address} cannot be loaded: no answer within 5 s; the last keys stay in use`,
      { type: "UsherWarning", code: "USHER_KEYS_STALE" },
    );
    remote.fetch = (good) => good();
    remote.clock.advance(2);
    expect(verdict(remote.verifier, remote.issuer.tokenFor("bob"))).toBe("accepted");
    await settle();
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 0 });
  });
});

describe("a load that fails in another way", () => {
  const throwAtOnce = () => {
    throw new Error("the vault is locked");
  };
  const failures: readonly [string, () => unknown][] = [
    ["throws synchronously", throwAtOnce],
    ["rejects", async () => throwAtOnce()],
    [
      "throws what is no Error",
      () => {
        throw undefined;
      },
    ],
    ["rejects with a value that cannot be converted to text", () => Promise.reject(Object.create(null))],
    // biome-ignore lint/suspicious/noThenProperty: a thenable, as user code may return.
    ["returns a thenable that throws", () => ({ then: throwAtOnce })],
    ["returns nothing", () => undefined],
  ];

  it.each(failures)("%s: a 503, then a retry", async (_case, fail) => {
    const remote = createRemote(fail);
    const reloaded = createReloaded(fail);
    for (const { verifier, issuer } of [remote, reloaded]) {
      expect(await outcome(verifier, issuer.tokenFor("alice"))).toBe("keys_unavailable");
    }
    remote.fetch = (good) => good();
    reloaded.load = () => secret;
    for (const { verifier, issuer, clock } of [remote, reloaded]) {
      clock.advance(2);
      expect(await outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    }
  });

  it("returns a thenable instead of a promise: it is accepted", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable, as user code may return.
    const thenable = <Value>(value: Value) => ({ then: (resolve: (value: Value) => void) => resolve(value) });
    const remote = createRemote((good) => thenable(good()));
    const reloaded = createReloaded(() => thenable(secret));
    for (const { verifier, issuer } of [remote, reloaded]) {
      expect(await outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    }
  });

  it("calls the verifier that waits for it: it is called once", async () => {
    const remote = createRemote((good) => {
      remote.verifier.ready().catch(() => undefined);
      outcome(remote.verifier, remote.issuer.tokenFor("bob"));
      return good();
    });
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    expect(remote.fetches).toBe(1);
  });

  it("changes its input: the next call gets the original again", async () => {
    const asked: unknown[] = [];
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const fetch: Fetch = async (_url, init) => {
      asked.push(structuredClone(init.headers), init.redirect);
      Object.assign(init.headers as object, { accept: "text/html", authorization: "Bearer secret" });
      init.redirect = "follow";
      return Response.json(issuer.jwks());
    };
    const { verifier } = createBench({ keys: remoteJwks(address, { fetch, clock }), clock });
    await verifier.ready();
    await outcome(verifier, issuer.tokenFor("alice", { header: { kid: "unknown" } }));
    expect(asked.slice(0, 2)).toEqual(asked.slice(2));
    expect(asked).toHaveLength(4);
  });
});

describe("a host that cancels the work of a request when it ends, timers included", () => {
  /** Ends the request, with every timer and promise that it left behind. */
  const dropRequest = () => vi.clearAllTimers();

  it("does not block a retry: the next request checks the time", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.fetch = never;
    remote.clock.advance(300);
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    dropRequest();
    remote.fetch = (good) => good();
    remote.clock.advance(5);
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    expect(remote.fetches).toBe(2);
    remote.clock.advance(1);
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    expect(remote.fetches).toBe(3);
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 0 });
  });

  it("does not make the first token of a new key wait for a cancelled refresh", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.fetch = never;
    remote.clock.advance(300);
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    dropRequest();
    remote.fetch = (good) => good();
    remote.issuer.rotate();
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("bob"))).toBe("accepted");
  });

  it("requests that joined a cancelled fetch use their own timers, and then retry", async () => {
    const remote = createRemote(never);
    void outcome(remote.verifier, remote.issuer.tokenFor("alice"));
    await settle();
    dropRequest();
    remote.fetch = (good) => good();
    const joined = ["bob", "carol"].map((user) => outcome(remote.verifier, remote.issuer.tokenFor(user)));
    await vi.advanceTimersByTimeAsync(5999);
    expect(remote.fetches).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(joined)).toEqual(["accepted", "accepted"]);
    expect(remote.fetches).toBe(2);
  });

  it("a request that gives up a cancelled fetch does not give up the one that replaced it", async () => {
    const remote = createRemote(never);
    void outcome(remote.verifier, remote.issuer.tokenFor("alice"));
    await settle();
    dropRequest();
    const joined = outcome(remote.verifier, remote.issuer.tokenFor("bob"));
    await vi.advanceTimersByTimeAsync(2000);
    remote.clock.advance(6);
    let answer = () => {};
    remote.fetch = (good) =>
      new Promise((resolve) => {
        answer = () => resolve(good());
      });
    const next = outcome(remote.verifier, remote.issuer.tokenFor("carol"));
    await vi.advanceTimersByTimeAsync(4000);
    answer();
    expect(await Promise.all([joined, next])).toEqual(["accepted", "accepted"]);
    expect(remote.fetches).toBe(2);
  });

  it.each<[string, (abandoned: PromiseWithResolvers<unknown>, good: () => Response) => void]>([
    ["answers", (abandoned, good) => abandoned.resolve(good())],
    ["fails", (abandoned) => abandoned.reject(new Error("reset"))],
  ])("a new key is not unknown after a fetch that %s too late", async (_case, end) => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.issuer.rotate();
    const abandoned = Promise.withResolvers<unknown>();
    let answer = () => {};
    remote.fetch = (good) => {
      answer = () => end(abandoned, good);
      return abandoned.promise;
    };
    const asked = remote.verifier.verify(remote.issuer.tokenFor("alice")).catch((error) => error);
    await settle();
    remote.clock.advance(6);
    remote.fetch = never;
    void outcome(remote.verifier, remote.issuer.tokenFor("bob"));
    await settle();
    answer();
    expect(await asked).toMatchObject({
      code: "keys_unavailable",
      hint: `the JWKS at ${address} was not loaded in time`,
    });
  });

  it("accepts no removed key beyond maxAge: if refreshes are cancelled, requests wait, also after a failure", async () => {
    for (const failsFirst of [false, true]) {
      const remote = createRemote((good) => good());
      await remote.verifier.ready();
      const token = remote.issuer.tokenFor("alice", { expiresIn: 86_400 });
      remote.issuer.rotate();
      remote.issuer.withdrawOldKeys();
      if (failsFirst) {
        remote.fetch = () => Promise.reject(new Error("out"));
        remote.clock.advance(600);
        expect(await outcome(remote.verifier, token)).toBe("accepted");
      }
      remote.fetch = never;
      remote.clock.advance(400);
      expect(await outcome(remote.verifier, token)).toBe("accepted");
      await settle();
      dropRequest();
      remote.fetch = (good) => good();
      remote.clock.advance(300);
      expect(await outcome(remote.verifier, token)).toBe("key_unknown");
      expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 0 });
    }
  });

  it("gets the pending work through waitUntil, once, as a promise that never rejects", async () => {
    for (const fails of [false, true]) {
      const remote = createRemote((good) => good());
      await remote.verifier.ready();
      if (fails) remote.fetch = () => Promise.reject(new Error("out"));
      const given: Promise<unknown>[] = [];
      const ask = () => eagerly(remote.verifier)(remote.issuer.tokenFor("alice"), (work) => given.push(work));
      ask();
      remote.clock.advance(300);
      for (let time = 0; time < 3; time++) ask();
      expect(given).toHaveLength(1);
      await expect(given[0]).resolves.not.toThrow();
      expect(keyStatus(remote.verifier).age).toBe(fails ? 300 : 0);
    }
  });

  it.each<[string, (work: Promise<unknown>) => unknown]>([
    [
      "throws",
      () => {
        throw new Error("the context is gone");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("the context is gone");
      },
    ],
    ["is not a function", 7 as never],
  ])("is treated as one without waitUntil if its waitUntil %s", async (_case, waitUntil) => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.clock.advance(300);
    expect(eagerly(remote.verifier)(remote.issuer.tokenFor("alice"), waitUntil)).toMatchObject({
      id: "alice",
    });
    await settle();
    expect(keyStatus(remote.verifier).age).toBe(0);
  });
});

describe("keys that are too old", () => {
  it("are not treated as removed after their return, even if their status was read in between", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    const token = remote.issuer.tokenFor("alice", { expiresIn: 2 * 86_400 });
    remote.verifier.verifySync(token);
    let release = () => {};
    remote.fetch = async (good) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return good();
    };
    // A day without a request, and then one; while it waits for newer keys, keyStatus reads how the old ones
    // are doing.
    remote.clock.advance(86_400);
    const asked = remote.verifier.verify(token);
    await settle();
    expect(keyStatus(remote.verifier)).toEqual({ state: "missing" });
    release();
    const principal = await asked;
    expect(remote.verifier.verifySync(token), "remembered").toBe(principal);
    expect(remote.verifier.verifySync(token)).toBe(principal);
  });
});

describe("while newer keys cannot be loaded", () => {
  /** A verifier with keys whose later fetches fail; `isNamed`: the key has a `kid`. */
  async function createFailing(isNamed: boolean) {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const { keys: set } = issuer.jwks() as { keys: { kid?: string }[] };
    const published = { keys: set.map(({ kid, ...key }) => (isNamed ? { kid, ...key } : key)) };
    let isDown = false;
    const fetch: Fetch = async () => {
      if (isDown) throw new Error("out");
      return Response.json(published);
    };
    const { verifier } = createBench({ keys: remoteJwks(address, { fetch, clock, random: () => 1 }), clock });
    await verifier.ready();
    isDown = true;
    clock.advance(300);
    await outcome(verifier, issuer.tokenFor("alice"));
    await settle();
    const header = isNamed ? {} : { kid: undefined };
    return { verifier, tokenFor: (faults = {}) => issuer.tokenFor("alice", { header, ...faults }) };
  }

  it("an invalid signature of the key with the token's kid is that: newer keys cannot help", async () => {
    const { verifier, tokenFor } = await createFailing(true);
    expect(verdict(verifier, tokenFor())).toBe("accepted");
    expect(verdict(verifier, tokenFor({ tampered: true }))).toBe("signature_invalid");
  });

  it("a token of another kid may have a newer key", async () => {
    const { verifier, tokenFor } = await createFailing(true);
    expect(verdict(verifier, tokenFor({ header: { kid: "next" } }))).toBe("keys_unavailable");
  });

  it("an invalid signature without a kid may be that of a newer key", async () => {
    const { verifier, tokenFor } = await createFailing(false);
    expect(verdict(verifier, tokenFor())).toBe("accepted");
    expect(verdict(verifier, tokenFor({ tampered: true }))).toBe("keys_unavailable");
    const named = await createFailing(true);
    const header = { kid: undefined };
    expect(verdict(named.verifier, named.tokenFor({ header }))).toBe("accepted");
    expect(verdict(named.verifier, named.tokenFor({ header, tampered: true }))).toBe("keys_unavailable");
  });
});

describe("the budget of fetches for unknown keys", () => {
  const unknown = { header: { kid: "made-up" } };
  const options = { maxAge: 60, cooldown: 3600 };

  it("is not used by fetches because of age", async () => {
    const remote = createRemote((good) => good(), options);
    await remote.verifier.ready();
    for (let round = 1; round <= 7; round++) {
      remote.clock.advance(60);
      expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
      expect(remote.fetches).toBe(1 + round);
    }
    const token = remote.issuer.tokenFor("alice");
    remote.issuer.rotate();
    remote.issuer.withdrawOldKeys();
    remote.clock.advance(60);
    expect(await outcome(remote.verifier, token), "its key was removed").toBe("key_unknown");
  });

  it("is not used by fetches after a failure", async () => {
    const remote = createRemote((good) => good(), { ...options, maxAge: 600 });
    await remote.verifier.ready();
    remote.fetch = () => Promise.reject(new Error("out"));
    const token = remote.issuer.tokenFor("alice", { ...unknown, expiresIn: 3600 });
    for (let round = 1; round <= 7; round++) {
      expect(await outcome(remote.verifier, token)).toBe("keys_unavailable");
      expect(remote.fetches).toBe(1 + round);
      remote.clock.advance(Math.min(60, 2 ** (round - 1)));
    }
  });
});

describe("a fetch in the background", () => {
  it("starts again exactly when the wait after a failure is over", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.fetch = () => Promise.reject(new Error("out"));
    const ask = async () => {
      expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
      await settle();
      return remote.fetches;
    };
    remote.clock.advance(300);
    expect(await ask()).toBe(2);
    remote.clock.advance(0.999);
    expect(await ask()).toBe(2);
    remote.clock.advance(0.001);
    expect(await ask()).toBe(3);
  });

  it.each<[string, number, (work: Promise<unknown>) => unknown]>([
    ["that the host keeps alive is joined", 2, () => undefined],
    [
      "that the host does not keep alive is not joined",
      3,
      () => {
        throw new Error("the context is gone");
      },
    ],
  ])("%s by a token of an unknown key", async (_case, fetches, waitUntil) => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    remote.clock.advance(300);
    const answers: (() => void)[] = [];
    remote.fetch = (good) => new Promise((resolve) => answers.push(() => resolve(good())));
    expect(eagerly(remote.verifier)(remote.issuer.tokenFor("alice"), waitUntil)).toMatchObject({
      id: "alice",
    });
    await settle();
    remote.issuer.rotate();
    const asked = outcome(remote.verifier, remote.issuer.tokenFor("bob"));
    await settle();
    expect(remote.fetches).toBe(fetches);
    for (const answer of answers) answer();
    expect(await asked).toBe("accepted");
  });

  it("that fails after it was abandoned is no failure of the next one", async () => {
    const remote = createRemote((good) => good());
    await remote.verifier.ready();
    const abandoned = Promise.withResolvers<Response>();
    remote.fetch = () => abandoned.promise;
    remote.clock.advance(300);
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    remote.clock.advance(6);
    remote.fetch = (good) => good();
    expect(await outcome(remote.verifier, remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    abandoned.reject(new Error("reset"));
    await settle();
    expect(process.emitWarning).not.toHaveBeenCalled();
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 0 });
  });
});

describe("the global fetch", () => {
  const stub = (issuer: TestIssuer) => vi.fn(async () => Response.json(issuer.jwks()));
  afterEach(() => vi.unstubAllGlobals());

  it.each([address, "http://localhost:3000/api/auth/jwks"])(
    "is looked up at each fetch, for %s",
    async (url) => {
      const issuer = createTestIssuer({ algorithm: "ES256" });
      const keys: KeySource = remoteJwks(url);
      const { verifier } = createBench({ keys, clock: Date.now });
      const later = stub(issuer);
      vi.stubGlobal("fetch", later);
      await verifier.ready();
      expect(later).toHaveBeenCalledOnce();
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    },
  );

  it("must be a function if given", () => {
    expect(() => remoteJwks(address, { fetch: {} as never })).toThrow(
      "remoteJwks: fetch must be a function.",
    );
  });
});
