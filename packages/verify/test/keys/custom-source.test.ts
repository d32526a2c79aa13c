import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, vi } from "vitest";
import {
  AuthError,
  ConfigurationError,
  type KeySource,
  localJwks,
  sharedSecret,
  type Verifier,
} from "../../src/index.ts";
import type { RemoteKeys, VerificationKey } from "../../src/keys/index.ts";
import { keySource, keyStatus, keyUsage } from "../../src/keys/index.ts";
import { createBench, refusal, verdict } from "../support.ts";
import { expectNoUnhandledRejections } from "../unhandled-rejections.ts";

/** Custom key sources: whatever they do, they cannot affect other decisions or end the process. */

expectNoUnhandledRejections();

const { clock } = createBench();
const issuer = createTestIssuer({ clock });
const good = sharedSecret(issuer.secret);
const token = issuer.tokenFor("alice");
const fail = (): never => {
  throw new Error("the vault is locked");
};
const bench = (keys: KeySource | KeySource[]) =>
  createBench({ keys: [keys].flat().map(keySource), clock }).verifier;

const healthy: RemoteKeys = {
  maintain: () => undefined,
  overdue: () => false,
  unavailable: () => undefined,
  refresh: async () => undefined,
  status: () => ({ state: "fresh" }),
};
const outcome = (verifier: Verifier, text: string) =>
  verifier.verify(text).then(
    ({ id }) => id,
    (error) => error.code as string,
  );

describe("a key source that fails", () => {
  const broken: readonly [string, Partial<KeySource>][] = [
    ["candidates throws", { candidates: fail }],
    [
      "candidates throws what is no Error",
      {
        candidates: () => {
          throw undefined;
        },
      },
    ],
    [
      "candidates throws its own AuthError",
      {
        candidates: () => {
          throw new AuthError("token_expired", { hint: "it is not the source's to say" });
        },
      },
    ],
    ["candidates returns a promise", { candidates: (async () => []) as never }],
    ["candidates returns nothing", { candidates: (() => undefined) as never }],
    ["candidates returns a value that is not a key", { candidates: () => [{}] as never }],
    ["a key's verify throws", { candidates: () => [{ algorithm: "HS256", verify: fail }] }],
  ];

  it.each(broken)(
    "%s: the token may be valid, so it is a 503; the keys of other sources still work",
    async (_case, wrong) => {
      const source: KeySource = { ...good, ...wrong };
      const { code, hint } = refusal(() => bench(source).verifySync(token));
      expect([code, hint]).toEqual(["keys_unavailable", expect.stringMatching(/^a key source failed: /)]);
      for (const keys of [
        [source, good],
        [good, source],
      ]) {
        expect(verdict(bench(keys), token)).toBe("accepted");
        expect(verdict(bench(keys), issuer.tokenFor("alice", { wrongSecret: true }))).toBe(
          "keys_unavailable",
        );
      }
    },
  );

  it("returns a promise from candidates: the hint says that it must be synchronous", () => {
    const source: KeySource = { ...good, candidates: (async () => []) as never };
    expect(refusal(() => bench(source).verifySync(token)).hint).toBe(
      "a key source failed: candidates returned a promise; it must be synchronous",
    );
  });

  it("is reported without control characters", () => {
    const source: KeySource = {
      ...good,
      candidates: () => {
        throw new Error("\u001b[2Jgone\n");
      },
    };
    expect(refusal(() => bench(source).verifySync(token)).hint).toBe(
      "a key source failed: \\u001b[2Jgone\\n",
    );
  });

  it("accepts only true, and no promise", () => {
    for (const answer of [Promise.resolve(true), Promise.reject(new Error("gone")), 1, "true", {}]) {
      const source: KeySource = {
        ...good,
        candidates: () => [{ algorithm: "HS256", verify: () => answer as boolean }],
      };
      expect(verdict(bench(source), token)).toBe("signature_invalid");
    }
  });

  it("may fail in its optional functions without rejecting a token or failing a call", async () => {
    const source: KeySource = { ...good, keys: fail, description: fail };
    const verifier = bench(source);
    expect(verdict(verifier, token)).toBe("accepted");
    expect(verdict(verifier, issuer.tokenFor("alice", { wrongSecret: true }))).toBe("signature_invalid");
    expect(keyUsage(verifier)).toEqual([]);
    const remote: RemoteKeys = {
      maintain: fail,
      overdue: fail,
      unavailable: () => undefined,
      refresh: fail,
      status: fail,
    };
    const other = bench({ ...good, remote });
    expect(await outcome(other, issuer.tokenFor("bob"))).toBe("bob");
    expect(keyStatus(other)).toEqual({ state: "missing" });
    await expect(other.ready()).rejects.toMatchObject({ code: "keys_unavailable" });
  });

  it.each<unknown>([undefined, null, "fresh", 1, { state: "well" }, new Set([1])])(
    "returns %j from its optional functions: it is ignored",
    async (answer) => {
      const give = (() => answer) as never;
      const verifier = bench({
        ...good,
        keys: give,
        description: give,
        remote: { ...healthy, status: give },
      });
      expect(verdict(verifier, token)).toBe("accepted");
      expect(verdict(verifier, issuer.tokenFor("alice", { wrongSecret: true }))).toBe("signature_invalid");
      expect(() => keyUsage(verifier)).not.toThrow();
      expect(keyStatus(verifier)).toEqual({ state: "missing" });
      await expect(verifier.ready()).resolves.toBeUndefined();
    },
  );

  it("throws in its optional functions: keys are neither overdue nor being fetched, but unavailable", async () => {
    const refresh = vi.fn(async () => undefined);
    const remote = { ...healthy, overdue: fail, refreshing: fail, refresh };
    expect(await outcome(bench({ ...good, remote }), token)).toBe("alice");
    expect(refresh).not.toHaveBeenCalled();
    expect(await outcome(bench({ ...good, candidates: () => [], remote }), token)).toBe("key_unknown");
    expect(refresh, "not again, as after a refresh that it joined").toHaveBeenCalledOnce();
    const other = bench({ ...good, candidates: () => [], remote: { ...healthy, unavailable: fail } });
    expect(refusal(() => other.verifySync(token)).hint).toBe("a key source failed: the vault is locked");
  });

  it("rejects in every function: no rejection ends the process", async () => {
    const reject = (async () => fail()) as never;
    const remote = {
      maintain: reject,
      overdue: reject,
      unavailable: reject,
      refreshing: reject,
      refresh: reject,
      status: reject,
    };
    for (const candidates of [good.candidates, reject, () => []]) {
      const verifier = bench({
        algorithms: good.algorithms,
        candidates,
        keys: reject,
        description: reject,
        remote,
      });
      await outcome(verifier, token);
      await outcome(verifier, issuer.tokenFor("alice", { wrongSecret: true }));
      await verifier.ready().catch(() => undefined);
      expect(keyStatus(verifier)).toEqual({ state: "missing" });
      expect(keyUsage(verifier)).toEqual([]);
    }
  });

  it("describes its keys with a value that is not a string: the hint does not contain it", () => {
    const verifier = bench({ ...good, description: () => 1234567 as never });
    const { hint } = refusal(() => verifier.verifySync(issuer.tokenFor("alice", { wrongSecret: true })));
    expect(hint).toBe("changed in transit, or signed with another key");
  });

  it("has frozen keys: they verify, and are not counted", () => {
    const [key] = good.candidates({ alg: "HS256" }) as [VerificationKey];
    const frozen = Object.freeze({ algorithm: key.algorithm, verify: key.verify });
    const verifier = bench({ ...good, candidates: () => [frozen], keys: () => [frozen] });
    expect(verdict(verifier, token)).toBe("accepted");
    expect(keyUsage(verifier)).toEqual([{ algorithm: "HS256", verified: 0 }]);
  });
});

describe("a key source whose refresh fails", () => {
  const missing = (refresh: RemoteKeys["refresh"], more: Partial<RemoteKeys> = {}) =>
    bench({ ...good, candidates: () => [], remote: { ...healthy, refresh, ...more } });

  it.each<[string, RemoteKeys["refresh"]]>([
    ["throws", fail],
    ["rejects", async () => fail()],
    ["rejects with nothing", () => Promise.reject(undefined)],
    ["rejects with an error of another copy", () => Promise.reject(new AuthError("keys_unavailable"))],
    // biome-ignore lint/suspicious/noThenProperty: a thenable, as user code may return.
    ["returns a thenable that throws", () => ({ then: fail }) as never],
  ])("%s: a 503", async (_case, refresh) => {
    expect(await outcome(missing(refresh), token)).toBe("keys_unavailable");
  });

  it("never settles: a 503 after its timeout, 5 seconds by default", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      for (const [more, milliseconds] of [
        [{}, 5000],
        [{ timeout: 200 }, 200],
      ] as const) {
        const settled = vi.fn();
        const asked = outcome(
          missing(() => new Promise(() => {}), more),
          token,
        );
        void asked.then(settled);
        await vi.advanceTimersByTimeAsync(milliseconds - 1);
        expect(settled).not.toHaveBeenCalled();
        await vi.advanceTimersByTimeAsync(1);
        expect(await asked).toBe("keys_unavailable");
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it("has brought the key nevertheless: the token is judged by that", async () => {
    let isLoaded = false;
    const source = (): Partial<RemoteKeys> & { refresh: RemoteKeys["refresh"] } => ({
      ...healthy,
      refresh: async () => {
        isLoaded = true;
        fail();
      },
    });
    const candidates: KeySource["candidates"] = (header) => (isLoaded ? good.candidates(header) : []);
    const verifier = () => bench({ ...good, candidates, remote: { ...healthy, ...source() } });
    expect(await outcome(verifier(), token)).toBe("alice");
    isLoaded = false;
    expect(await outcome(verifier(), issuer.tokenFor("alice", { expired: true }))).toBe("token_expired");
  });

  it("fetches nothing new: the key is unknown", async () => {
    const refresh = vi.fn(async () => undefined);
    expect(await outcome(missing(refresh), token)).toBe("key_unknown");
    expect(refresh).toHaveBeenCalledOnce();
    const joined = vi.fn(async () => undefined);
    expect(await outcome(missing(joined, { refreshing: () => true }), token)).toBe("key_unknown");
    expect(joined, "is called again: the joined refresh may have missed the key").toHaveBeenCalledTimes(2);
    const one = vi.fn(async () => undefined);
    const source = (refreshing: boolean): KeySource => ({
      ...good,
      candidates: () => [],
      remote: { ...healthy, refresh: one, refreshing: () => refreshing },
    });
    expect(await outcome(bench([source(false), source(true)]), token)).toBe("key_unknown");
    expect(one, "both again, if one was joined").toHaveBeenCalledTimes(4);
  });
});

describe("a key source that changes foreign objects", () => {
  it("changes the header: it is frozen, and the next token's is unchanged", () => {
    const changes: unknown[] = [];
    const source: KeySource = {
      ...good,
      candidates: (header) => {
        changes.push(Reflect.set(header, "alg", "none"), Reflect.deleteProperty(header, "alg"));
        return good.candidates(header);
      },
    };
    const verifier = bench(source);
    expect(verdict(verifier, token)).toBe("accepted");
    expect(verdict(verifier, issuer.tokenFor("bob"))).toBe("accepted");
    expect(changes).toEqual([false, false, false, false]);
  });

  it("verifies another token while it returns keys: that is rejected, and the tokens are not confused", () => {
    const other = issuer.tokenFor("mallory");
    const seen: unknown[] = [];
    const source: KeySource = {
      ...good,
      candidates: (header) => {
        try {
          seen.push(verifier.verifySync(other).id);
        } catch (error) {
          seen.push((error as AuthError).code);
        }
        return good.candidates(header);
      },
    };
    const verifier = bench(source);
    const forged = issuer.tokenFor("alice", { forgedPayload: true });
    expect([verdict(verifier, forged), verifier.verifySync(token).id]).toEqual([
      "signature_invalid",
      "alice",
    ]);
    expect(seen).toEqual(["keys_unavailable", "keys_unavailable"]);
  });

  it("verifies with another verifier of the same source while it returns keys: that is rejected", () => {
    const seen: unknown[] = [];
    const source = keySource({
      ...good,
      candidates: (header) => {
        seen.push(refusal(() => other.verifySync(issuer.tokenFor("mallory"))).hint);
        return good.candidates(header);
      },
    });
    const other = createBench({ keys: source, clock }).verifier;
    expect(createBench({ keys: source, clock }).verifier.verifySync(token).id).toBe("alice");
    expect(seen).toEqual(["a key source failed: it calls the verifier that is calling it"]);
  });

  it("verifies another token in a key's verify: that is rejected, and the tokens are not confused", () => {
    const [key] = good.candidates({ alg: "HS256" }) as [VerificationKey];
    const hints: unknown[] = [];
    const calling: VerificationKey = {
      algorithm: "HS256",
      verify: (signed, signature) => {
        // Once: a call that is not rejected would call this again, without end.
        if (hints.length === 0) {
          hints.push("called");
          hints.push(refusal(() => verifier.verifySync(issuer.tokenFor("mallory"))).hint);
        }
        return key.verify(signed, signature);
      },
    };
    const verifier = bench({ ...good, candidates: () => [calling] });
    expect(verifier.verifySync(token).id).toBe("alice");
    expect(hints).toEqual(["called", "a key source failed: it calls the verifier that is calling it"]);
  });

  it("calls its verifier in the functions of its remote: none is called by that call", async () => {
    const called: string[] = [];
    const calling =
      <Result>(name: string, result: Result) =>
      () => {
        called.push(name);
        if (called.length < 100) void verifier.verify(token).catch(() => undefined);
        return result;
      };
    const refresh = vi.fn(async () => undefined);
    const verifier: Verifier = bench({
      ...good,
      remote: {
        ...healthy,
        maintain: calling("maintain", undefined),
        overdue: calling("overdue", false),
        refresh,
      },
    });
    expect((await verifier.verify(token)).id).toBe("alice");
    expect(called).toEqual(["overdue", "maintain"]);
    expect(refresh).not.toHaveBeenCalled();
  });

  it("changes its algorithms afterwards: those at the creation of the verifier apply", () => {
    const algorithms = new Set<"HS256" | "ES256">(["HS256"]);
    const keyPair = createTestIssuer({ algorithm: "ES256", clock });
    const verifier = bench({ ...localJwks(keyPair.jwks()), algorithms });
    algorithms.add("ES256");
    expect(verdict(verifier, keyPair.tokenFor("alice"))).toBe("algorithm_rejected");
  });
});

describe("a key source that keySource() did not declare", () => {
  const plain: KeySource = { algorithms: good.algorithms, candidates: good.candidates };

  it.each<[string, unknown]>([
    ["a plain object", plain],
    ["a changed copy of a built-in source", { ...good, candidates: plain.candidates }],
    [
      "an object that inherits from a built-in source and changes it",
      Object.create(good, { candidates: { value: fail } }),
    ],
    ["undefined", undefined],
    ["null", null],
    ["a string", "the secret"],
  ])("is rejected at construction, and the message names the function: %s", (_case, source) => {
    for (const keys of [source, [source], [good, source]] as KeySource[])
      expect(() => createBench({ keys, clock })).toThrow(
        /^keys: give sharedSecret.* keySource\(\.\.\.\) of @usher-auth/,
      );
  });

  it("is accepted once it is declared, also twice", () => {
    for (const keys of [keySource(plain), keySource(keySource(plain)), [good, keySource(plain)]])
      expect(verdict(createBench({ keys, clock }).verifier, token)).toBe("accepted");
  });

  it("keeps its remote functions when it is declared twice", async () => {
    const refresh = vi.fn(async () => undefined);
    const remote: RemoteKeys = { ...healthy, refresh, status: () => ({ state: "stale" }) };
    const { verifier } = createBench({
      keys: keySource(keySource({ ...plain, candidates: () => [], remote })),
      clock,
    });
    expect(keyStatus(verifier)).toEqual({ state: "stale" });
    expect(await outcome(verifier, token)).toBe("key_unknown");
    expect(refresh).toHaveBeenCalledOnce();
  });

  it("cannot be made by changing a built-in one: those are frozen", () => {
    for (const source of [good, keySource(plain), localJwks(createTestIssuer({ algorithm: "ES256" }).jwks())])
      expect(Reflect.set(source, "candidates", fail)).toBe(false);
  });
});

describe("an invalid key source", () => {
  it.each([undefined, null, "the secret", {}])("is rejected by keySource: %j", (source) => {
    expect(() => keySource(source as never)).toThrow(ConfigurationError);
    expect(() => keySource(source as never)).toThrow("needs a function `candidates`");
  });

  it.each<[string, object]>([
    ["algorithms that are absent", { candidates: good.candidates }],
    ["algorithms in a list", { ...good, algorithms: ["HS256"] }],
    ["no algorithm", { ...good, algorithms: new Set() }],
    ["candidates that are not a function", { ...good, candidates: [] }],
    ["a remote without refresh", { ...good, remote: { ...healthy, refresh: undefined } }],
    ["an invalid timeout", { ...good, remote: { ...healthy, timeout: 0 } }],
    ["issuers that are not a list of strings", { ...good, issuers: [1] }],
    ["issuers that are null", { ...good, issuers: null }],
    ["issuers that are false", { ...good, issuers: false }],
  ])("is rejected when the verifier is created: %s", (_case, source) => {
    expect(() => bench(source as KeySource)).toThrow(ConfigurationError);
    expect(() => bench([good, source as KeySource])).toThrow(/^keys: /);
  });
});

describe("the keys of something else than a verifier", () => {
  it.each([{}, { verify: fail }])("cannot be read: %j", (other) => {
    for (const read of [keyStatus, keyUsage])
      expect(() => read(other as never)).toThrow(
        new ConfigurationError("verifier: give createVerifier(...)."),
      );
  });
});
