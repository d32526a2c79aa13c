import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  ConfigurationError,
  type Fetch,
  type RemoteJwksOptions,
  remoteJwks,
  sharedSecret,
  type Verifier,
} from "../../../src/index.ts";
import { keyStatus } from "../../../src/keys/index.ts";
import { eagerly } from "../../../src/verifier/internals.ts";
import { createBench, type HandClock, refusal, verdict } from "../../support.ts";

const address = "https://app.example.com/api/auth/jwks";
const warnings: string[] = [];
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

interface Remote {
  readonly issuer: TestIssuer;
  readonly verifier: Verifier;
  readonly clock: HandClock;
  /** How often the keys were fetched. */
  fetches(): number;
  /** Sets the result of fetches: the keys, a failure, or nothing until `release`. */
  answer: "keys" | "failure" | "hold";
  release(): void;
  /** Lets pending promises settle. */
  settle(): Promise<void>;
  /** The result for a token, after any fetches. */
  outcome(token: string): Promise<string>;
}

function createRemote(options: Partial<RemoteJwksOptions> = {}): Remote {
  let fetches = 0;
  let release = () => {};
  const remote = { answer: "keys" as Remote["answer"] };
  const fetch: Fetch = async () => {
    fetches++;
    if (remote.answer === "hold") {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    if (remote.answer === "failure") throw new Error("the issuer is out");
    return new Response(JSON.stringify(issuer.jwks()));
  };
  const clockHolder = createBench();
  const { clock } = clockHolder;
  const issuer = createTestIssuer({ algorithm: "ES256", clock });
  const keys = remoteJwks(address, { fetch, clock, random: () => 1, ...options });
  const { verifier } = createBench({ keys, clock });
  return Object.assign(remote, {
    issuer,
    verifier,
    clock,
    fetches: () => fetches,
    release: () => release(),
    settle: () => new Promise<void>((resolve) => setImmediate(resolve)),
    outcome: (token: string) =>
      verifier.verify(token).then(
        () => "accepted",
        (error) => error.code as string,
      ),
  });
}

it("waits a random time after a failure by default, so that APIs do not retry all at once", async () => {
  const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
  onTestFinished(() => random.mockRestore());
  const fetch = async () => {
    throw new Error("the issuer is out");
  };
  const { verifier } = createBench({ keys: remoteJwks(address, { fetch, clock: () => 0 }) });
  await expect(verifier.ready()).rejects.toMatchObject({ code: "keys_unavailable" });
  expect(random).toHaveBeenCalledOnce();
});

const unknownKid = (issuer: TestIssuer) =>
  issuer.tokenFor("alice", { header: { kid: `unknown ${Math.random()}` } });

describe("remoteJwks: options", () => {
  const https =
    "remoteJwks: the URL must be https, or http on this machine (localhost) or on a host in " +
    "allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS): over http, anyone on the network could insert " +
    "their own keys.";
  const credentials = "remoteJwks: the URL must not contain a user name or a password.";
  it.each([
    ["http://app.example.com/jwks", https],
    ["ftp://localhost/jwks", https],
    ["not a url", https],
    ["", https],
    ["http://localhost.evil.example/jwks", https],
    ["http://evil-localhost/jwks", https],
    ["http://127.0.0.1.evil.example/jwks", https],
    ["http://evil.127.0.0.example/jwks", https],
    ["http://128.0.0.1/jwks", https],
    ["http://[::2]/jwks", https],
    ["file:///etc/jwks.json", https],
    ["https://user:password@app.example.com/jwks", credentials],
    ["https://user@app.example.com/jwks", credentials],
    ["https://:password@app.example.com/jwks", credentials],
  ])("rejects the URL %j", (url, message) => {
    expect(() => remoteJwks(url)).toThrow(new ConfigurationError(message));
  });

  it.each([
    "https://app.example.com/jwks",
    "http://localhost:3000/jwks",
    "http://127.0.0.1:1/",
    "http://127.10.200.30:1/",
    "http://[::1]:3000/",
    "http://app.localhost/",
  ])("accepts the URL %s", (url) => {
    expect(() => remoteJwks(url)).not.toThrow();
    expect(() => remoteJwks(new URL(url))).not.toThrow();
  });

  it.each<[RemoteJwksOptions, string]>([
    [{ maxAge: 9 }, "maxAge: must be an integer from 10 to 86400."],
    [{ maxAge: 86_401 }, "maxAge: must be an integer from 10 to 86400."],
    [{ maxAge: Number.NaN }, "maxAge: must be an integer from 10 to 86400."],
    [{ maxStale: 599 }, "maxStale: must be an integer from 600 to 2592000."],
    [{ maxAge: 60, maxStale: 59 }, "maxStale: must be an integer from 60 to 2592000."],
    [{ maxStale: 2_592_001 }, "maxStale: must be an integer from 600 to 2592000."],
    [{ cooldown: 0 }, "cooldown: must be an integer from 1 to 3600."],
    [{ cooldown: 3601 }, "cooldown: must be an integer from 1 to 3600."],
    [{ timeout: 0 }, "timeout: must be an integer from 1 to 60."],
    [{ timeout: 5000 }, "timeout: must be an integer from 1 to 60."],
    [{ maxBytes: 1023 }, "maxBytes: must be an integer from 1024 to 10485760."],
    [{ maxBytes: 10_485_761 }, "maxBytes: must be an integer from 1024 to 10485760."],
    [{ rsaAlgorithm: "HS256" as never }, "rsaAlgorithm must be RS256, RS384, RS512, PS256, PS384 or PS512."],
  ])("refuses %j", (options, message) => {
    expect(() => remoteJwks(address, options)).toThrow(new ConfigurationError(`remoteJwks: ${message}`));
  });

  it.each<RemoteJwksOptions>([
    { maxAge: 10, maxStale: 10, cooldown: 1, timeout: 1, maxBytes: 1024 },
    { maxAge: 86_400, maxStale: 2_592_000, cooldown: 3600, timeout: 60, maxBytes: 10_485_760 },
    { rsaAlgorithm: "PS256" },
  ])("takes %j", (options) => {
    expect(() => remoteJwks(address, options)).not.toThrow();
  });

  it("uses an RSA key without alg with rsaAlgorithm", async () => {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "RS256", clock });
    const fetch: Fetch = async () => Response.json({ keys: [{ ...issuer.jwks().keys[0], alg: undefined }] });
    for (const [rsaAlgorithm, outcome] of [
      [{ rsaAlgorithm: "RS256" }, "accepted"],
      [{}, "keys_unavailable"],
    ] as const) {
      const { verifier } = createBench({
        keys: remoteJwks(address, { fetch, clock, ...rsaAlgorithm }),
        clock,
      });
      await verifier.ready().catch(() => undefined);
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe(outcome);
    }
  });
});

describe("remoteJwks: loading", () => {
  it("fetches nothing before the first token or ready()", async () => {
    const { verifier, fetches } = createRemote();
    expect([fetches(), keyStatus(verifier)]).toEqual([0, { state: "missing" }]);
    await verifier.ready();
    expect([fetches(), keyStatus(verifier)]).toEqual([1, { state: "fresh", age: 0 }]);
    await verifier.ready();
    expect(fetches()).toBe(1);
  });

  it("is synchronous once the keys are loaded, and keys_unavailable before", async () => {
    const { verifier, issuer } = createRemote();
    const token = issuer.tokenFor("alice");
    expect(verdict(verifier, token)).toBe("keys_unavailable");
    await verifier.ready();
    expect(verdict(verifier, token)).toBe("accepted");
    expect(eagerly(verifier)(issuer.tokenFor("bob"))).toMatchObject({ id: "bob" });
  });

  it("fetches once for 500 requests at a cold start", async () => {
    const remote = createRemote();
    remote.answer = "hold";
    const outcomes = Array.from({ length: 500 }, (_, index) =>
      remote.outcome(remote.issuer.tokenFor(`user ${index}`)),
    );
    await remote.settle();
    remote.answer = "keys";
    remote.release();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["accepted"]));
    expect(remote.fetches()).toBe(1);
  });

  it("fails with keys_unavailable without keys, and recovers within one back-off step", async () => {
    const remote = createRemote();
    remote.answer = "failure";
    const token = remote.issuer.tokenFor("alice", { expiresIn: 86_400 });
    const attempts: number[] = [];
    for (let second = 0; second < 600; second++) {
      const before = remote.fetches();
      expect(await remote.outcome(token)).toBe("keys_unavailable");
      if (remote.fetches() > before) attempts.push(second);
      remote.clock.advance(1);
    }
    // Waits of 1, 2, 4, ... seconds, up to a minute.
    expect(attempts.slice(0, 8)).toEqual([0, 1, 3, 7, 15, 31, 63, 123]);
    remote.answer = "keys";
    remote.clock.advance(60);
    expect(await remote.outcome(token)).toBe("accepted");
  });

  it("fails at once while it waits for a retry", async () => {
    const remote = createRemote();
    remote.answer = "failure";
    for (let time = 0; time < 3; time++) {
      await expect(remote.verifier.ready()).rejects.toMatchObject({ code: "keys_unavailable" });
    }
    expect(remote.fetches()).toBe(1);
  });

  it("fetches nothing for a token that is rejected before its key matters", async () => {
    const { outcome, issuer, fetches } = createRemote();
    expect(await outcome("rubbish")).toBe("token_malformed");
    expect(await outcome(issuer.tokenFor("alice", { header: { alg: "none" } }))).toBe("algorithm_rejected");
    expect(fetches()).toBe(0);
  });

  it("spreads its retries", async () => {
    const remote = createRemote({ random: () => 0 });
    remote.answer = "failure";
    await remote.outcome(remote.issuer.tokenFor("alice"));
    remote.clock.advance(0.5);
    await remote.outcome(remote.issuer.tokenFor("alice"));
    expect(remote.fetches()).toBe(2);
  });
});

describe("remoteJwks: hints for the operator", () => {
  const hintOf = async (failure: unknown) => {
    const keys = remoteJwks(address, { fetch: () => Promise.reject(failure) });
    const { verifier } = createBench({ keys });
    return verifier.ready().then(
      () => "loaded",
      (error) => [error.code, error.hint, error.cause === failure],
    );
  };
  const because = (reason: string) => [
    "keys_unavailable",
    `the JWKS at ${address} cannot be loaded: ${reason}`,
    true,
  ];

  it("names the failure and its cause", async () => {
    expect(await hintOf(new Error("the issuer is out"))).toEqual(because("the issuer is out"));
    expect(await hintOf("out")).toEqual(because("out"));
    const refused = Object.assign(new Error("connect ECONNREFUSED ::1:443"), { code: "ECONNREFUSED" });
    expect(await hintOf(new TypeError("fetch failed", { cause: refused }))).toEqual(
      because("fetch failed (ECONNREFUSED)"),
    );
    expect(await hintOf(new TypeError("fetch failed", { cause: new Error("no route") }))).toEqual(
      because("fetch failed (no route)"),
    );
    expect(await hintOf(new TypeError("fetch failed", { cause: "no error" }))).toEqual(
      because("fetch failed"),
    );
  });

  it("says that nothing has been loaded yet, before the first load", () => {
    const { verifier, issuer } = createRemote();
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).hint).toBe(
      `the JWKS at ${address} has not been loaded yet`,
    );
  });

  it("warns once of an unused key, however often it is read, and never of an encryption key", async () => {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const enc = { ...issuer.jwks().keys[0], kid: "to encrypt with", use: "enc" };
    const unused: object[] = [{ kty: "oct" }, enc];
    let fetches = 0;
    const fetch: Fetch = async () => {
      fetches++;
      return Response.json({ keys: [...unused, ...issuer.jwks().keys] });
    };
    const { verifier } = createBench({ keys: remoteJwks(address, { fetch, clock }), clock });
    const refresh = async () => {
      clock.advance(301);
      keyStatus(verifier);
      await new Promise(setImmediate);
    };
    await verifier.ready();
    for (let time = 0; time < 5; time++) await refresh();
    const warning = { type: "UsherWarning", code: "USHER_KEY_UNUSED" };
    expect(fetches).toBe(6);
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      `remoteJwks: key 1 of the set is not used: its type or curve is not supported (${address})`,
      warning,
    );
    // Another key is another warning. The position in the set does not matter.
    unused.unshift({ kty: "AKP", alg: "ML-DSA-44" });
    for (let time = 0; time < 2; time++) await refresh();
    expect(process.emitWarning).toHaveBeenCalledTimes(2);
  });
});

describe("remoteJwks: unknown keys", () => {
  it("fetches again for a new key, without a restart", async () => {
    const { issuer, verifier, outcome, clock, fetches } = createRemote();
    await verifier.ready();
    clock.advance(31);
    issuer.rotate();
    expect(await outcome(issuer.tokenFor("alice"))).toBe("accepted");
    expect(fetches()).toBe(2);
  });

  it("fetches nothing for a token that is invalid for another reason", async () => {
    const { issuer, verifier, outcome, clock, fetches } = createRemote();
    await verifier.ready();
    clock.advance(31);
    for (const token of [
      "rubbish",
      issuer.tokenFor("a", { tampered: true }),
      issuer.tokenFor("a", { unsigned: true }),
      issuer.tokenFor("a", { expired: true }),
    ]) {
      await outcome(token);
    }
    expect(fetches()).toBe(1);
  });

  it("answers keys_unavailable for an unknown key while the issuer is down", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    remote.answer = "failure";
    remote.clock.advance(31);
    expect(await remote.outcome(unknownKid(remote.issuer))).toBe("keys_unavailable");
    expect(await remote.outcome(unknownKid(remote.issuer))).toBe("keys_unavailable");
    expect(remote.fetches()).toBe(2);
    expect(await remote.outcome(remote.issuer.tokenFor("alice"))).toBe("accepted");
  });
});

describe("remoteJwks: staying fresh", () => {
  it("refreshes in the background after half of maxAge, also if every token is cached", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const token = remote.issuer.tokenFor("alice", { expiresIn: 3600 });
    expect(verdict(remote.verifier, token)).toBe("accepted");
    remote.clock.advance(299);
    expect(verdict(remote.verifier, token)).toBe("accepted");
    expect(remote.fetches()).toBe(1);
    remote.answer = "hold";
    remote.clock.advance(1);
    expect(verdict(remote.verifier, token)).toBe("accepted");
    expect(verdict(remote.verifier, token)).toBe("accepted");
    await remote.settle();
    expect(remote.fetches()).toBe(2);
    remote.clock.advance(4);
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 304 });
    remote.answer = "keys";
    remote.release();
    await remote.settle();
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 4 });
  });

  it("reports keys as stale after maxAge", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    remote.answer = "failure";
    remote.clock.advance(599);
    expect(keyStatus(remote.verifier)).toEqual({ state: "fresh", age: 599 });
    remote.clock.advance(1);
    expect(keyStatus(remote.verifier)).toEqual({ state: "stale", age: 600 });
  });

  it("waits for newer keys after a pause longer than maxAge", async () => {
    const { issuer, verifier, outcome, clock } = createRemote();
    await verifier.ready();
    const token = issuer.tokenFor("alice", { expiresIn: 86_400 });
    expect(await outcome(token)).toBe("accepted");
    issuer.rotate();
    issuer.withdrawOldKeys();
    clock.advance(700);
    expect(keyStatus(verifier)).toEqual({ state: "stale", age: 700 });
    expect(await outcome(token)).toBe("key_unknown");
  });

  it("stops using a removed key at the next refresh, cached tokens included", async () => {
    const { issuer, verifier, clock, settle, outcome } = createRemote();
    await verifier.ready();
    const token = issuer.tokenFor("alice", { expiresIn: 3600 });
    const principal = verifier.verifySync(token);
    issuer.rotate();
    clock.advance(301);
    expect(verifier.verifySync(token)).toBe(principal);
    await settle();
    // Both keys are in the set now: tokens of the old key stay cached.
    expect(verifier.verifySync(token)).toBe(principal);
    issuer.withdrawOldKeys();
    clock.advance(301);
    verdict(verifier, token);
    await settle();
    expect(verdict(verifier, token)).toBe("key_unknown");
    expect(await outcome(issuer.tokenFor("alice"))).toBe("accepted");
  });

  it("uses the last keys during an outage, for up to maxStale", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const token = remote.issuer.tokenFor("alice", { expiresIn: 200_000 });
    remote.answer = "failure";
    for (let hour = 0; hour < 23; hour++) {
      remote.clock.advance(3600);
      expect(await remote.outcome(token)).toBe("accepted");
      expect(await remote.outcome(remote.issuer.tokenFor("bob"))).toBe("accepted");
      expect(keyStatus(remote.verifier)).toEqual({ state: "stale", age: (hour + 1) * 3600 });
    }
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      `remoteJwks: the JWKS at ${address} cannot be loaded: the issuer is out; the last keys stay in use`,
      { type: "UsherWarning", code: "USHER_KEYS_STALE" },
    );
    remote.clock.advance(3600);
    expect(await remote.outcome(token)).toBe("keys_unavailable");
    expect(keyStatus(remote.verifier)).toEqual({ state: "missing" });

    remote.answer = "keys";
    remote.clock.advance(61);
    expect(await remote.outcome(token)).toBe("accepted");
    expect(keyStatus(remote.verifier).state).toBe("fresh");
  });

  it("refreshes in time despite a long cooldown", async () => {
    const { issuer, verifier, outcome, clock } = createRemote({ maxAge: 10, maxStale: 10, cooldown: 3600 });
    await verifier.ready();
    clock.advance(10);
    expect(await outcome(issuer.tokenFor("alice"))).toBe("accepted");
  });

  it("does not make requests wait for a fetch that keeps failing", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    remote.answer = "failure";
    remote.clock.advance(601);
    expect(await remote.outcome(remote.issuer.tokenFor("alice"))).toBe("accepted");
    remote.answer = "hold";
    remote.clock.advance(3600);
    expect(eagerly(remote.verifier)(remote.issuer.tokenFor("bob"))).toMatchObject({ id: "bob" });
    remote.release();
  });
});

describe("several sources", () => {
  it("uses the source with the token's algorithm, whatever the other one does", async () => {
    const clock = createBench().clock;
    const [secretIssuer, keyIssuer] = [
      createTestIssuer({ clock }),
      createTestIssuer({ clock, algorithm: "EdDSA" }),
    ];
    let out = true;
    const fetch: Fetch = async () => {
      if (out) throw new Error("out");
      return new Response(JSON.stringify(keyIssuer.jwks()));
    };
    const keys = [remoteJwks(address, { fetch, clock }), sharedSecret(secretIssuer.secret)];
    const { verifier } = createBench({ keys, clock });
    expect(verdict(verifier, secretIssuer.tokenFor("alice"))).toBe("accepted");
    await expect(verifier.verify(keyIssuer.tokenFor("alice"))).rejects.toMatchObject({
      code: "keys_unavailable",
    });
    expect(keyStatus(verifier).state).toBe("missing");
    out = false;
    clock.advance(2);
    expect((await verifier.verify(keyIssuer.tokenFor("bob"))).id).toBe("bob");
    expect(verdict(verifier, secretIssuer.tokenFor("alice", { wrongSecret: true }))).toBe(
      "signature_invalid",
    );
  });

  it("finds a key in one set while the other is not available", async () => {
    const clock = createBench().clock;
    const issuer = createTestIssuer({ clock, algorithm: "ES256" });
    const broken = remoteJwks(address, { clock, fetch: () => Promise.reject(new Error("out")) });
    const working = remoteJwks(address, {
      clock,
      fetch: async () => new Response(JSON.stringify(issuer.jwks())),
    });
    for (const keys of [
      [broken, working],
      [working, broken],
    ]) {
      const { verifier } = createBench({ keys, clock });
      expect((await verifier.verify(issuer.tokenFor("alice"))).id).toBe("alice");
      await expect(verifier.verify(unknownKid(issuer))).rejects.toMatchObject({ code: "keys_unavailable" });
    }
  });
});
