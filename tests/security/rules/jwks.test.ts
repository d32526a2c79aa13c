import { generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";
import type { TestIssuer } from "@usher-auth/testing";
import { ConfigurationError, type Fetch, remoteJwks } from "@usher-auth/verify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { outcome, outcomeWithKeys } from "./support/outcome.ts";
import { createRemote, outcomeWhenServed, settle } from "./support/published-keys.ts";

const day = 86_400;

const serve = (read: (issuer: TestIssuer) => unknown) =>
  outcomeWhenServed((issuer) => (_request, response) => response.end(JSON.stringify(read(issuer))));

const unknown = (issuer: TestIssuer) =>
  issuer.tokenFor("alice", { header: { kid: `unknown ${Math.random()}` } });

const warnings: string[] = [];
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  warnings.length = 0;
});

describe("rules: a key set that is fetched", () => {
  it("A JWKS is fetched over https, or over http from this machine and allowed hosts", () => {
    for (const url of [
      "http://app.example.com/jwks",
      "http://localhost.evil.example/jwks",
      "ftp://localhost/jwks",
      "file:///jwks",
    ])
      expect(() => remoteJwks(url)).toThrow(ConfigurationError);
    for (const url of [
      "https://app.example.com/jwks",
      "http://localhost:1/jwks",
      "http://127.0.0.1/jwks",
      "http://[::1]/jwks",
    ])
      expect(() => remoteJwks(url)).not.toThrow();
  });

  it("Plain http to another machine needs its exact name in allowInsecureHosts", () => {
    const web = { allowInsecureHosts: ["web"] };
    for (const url of ["http://web:3000/jwks", "http://WEB/jwks"])
      expect(() => remoteJwks(url, web)).not.toThrow();
    for (const url of ["http://api/jwks", "http://web.evil.example/jwks", "http://web@evil.example/jwks"])
      expect(() => remoteJwks(url, web)).toThrow(ConfigurationError);
    for (const entry of ["*", "http://web", "web:3000", "web/", ""])
      expect(() => remoteJwks("https://a.example/", { allowInsecureHosts: [entry] })).toThrow(
        ConfigurationError,
      );
  });

  it("A redirect of a JWKS is not followed", async () => {
    // Over plain http, `node:http` is used, which never follows redirects; `fetch` would.
    const byFetch = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    for (const options of [{}, byFetch]) {
      for (const status of [301, 302, 303, 307, 308]) {
        const redirect = (issuer: TestIssuer): RequestListener => {
          return ({ url }, response) => {
            if (url === "/jwks") response.writeHead(status, { location: "/moved" });
            response.end(JSON.stringify(issuer.jwks()));
          };
        };
        expect(await outcomeWhenServed(redirect, options), String(status)).toBe("keys_unavailable");
      }
    }
  });

  it("A JWKS must arrive completely within 5 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let signal: AbortSignal | undefined;
    const fetch: Fetch = async (_url, init) => {
      signal = init.signal as AbortSignal;
      // The headers arrive at once; the body never ends.
      return new Response(
        new ReadableStream({
          start: (body) => signal?.addEventListener("abort", () => body.error(signal?.reason)),
        }),
      );
    };
    const { verifier, issuer } = createRemote({ fetch });
    const pending = outcomeWithKeys(verifier, issuer.tokenFor("alice"));
    await settle();
    vi.advanceTimersByTime(4999);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signal?.aborted).toBe(true);
    expect(await pending).toBe("keys_unavailable");
  });

  it("A JWKS of more than 512 KB is rejected", async () => {
    const padded = (length: number) =>
      outcomeWhenServed(
        (issuer) => (_request, response) => response.end(JSON.stringify(issuer.jwks()).padEnd(length)),
      );
    expect(await padded(524_288)).toBe("accepted");
    expect(await padded(524_289)).toBe("keys_unavailable");
  });

  it("A private key in a JWKS is rejected", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(await serve(() => ({ keys: [privateKey.export({ format: "jwk" })] }))).toBe("keys_unavailable");
    const leaked = { ...privateKey.export({ format: "jwk" }), kid: "leaked" };
    expect(await serve(({ jwks }) => ({ keys: [leaked, ...jwks().keys] }))).toBe("accepted");
    expect(warnings).toEqual([expect.stringContaining("private member `d`")]);
  });

  it("An oct key in a JWKS is rejected, and reported as a secret that anyone can read", async () => {
    const oct = { kty: "oct", k: "c2VjcmV0IG9mIG5vYm9keSwgcmVhZCBieSBldmVyeWJvZHk", alg: "HS256" };
    expect(await serve(() => ({ keys: [oct] }))).toBe("keys_unavailable");
    expect(await serve(({ jwks }) => ({ keys: [oct, ...jwks().keys] }))).toBe("accepted");
    expect(warnings).toEqual([expect.stringContaining("private member `k`")]);
  });

  it("An invalid key in a JWKS is skipped with a warning, and the other keys are used", async () => {
    const bad = [
      null,
      7,
      {},
      { kty: "EC", crv: "P-256", x: "AA", y: "AA" },
      { kty: "OKP", crv: "X25519", x: "AA" },
    ];
    expect(await serve(({ jwks }) => ({ keys: [...bad, ...jwks().keys] }))).toBe("accepted");
    expect(warnings).toHaveLength(bad.length);
    for (const [index, warning] of warnings.entries())
      expect(warning).toContain(`key ${index + 1} of the set is not used`);
  });

  it("Requests that wait for keys share one fetch", async () => {
    const remote = createRemote();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => remote.of(remote.issuer.tokenFor(`user ${index}`))),
    );
    expect(new Set(outcomes)).toEqual(new Set(["accepted"]));
    expect(remote.fetches).toBe(1);
  });

  it("Unknown kids cause at most five fetches of the keys, and then one in 30 seconds", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const fetchedAt: number[] = [];
    for (let second = 0; second < 100; second++) {
      for (let time = 0; time < 10; time++) {
        const before = remote.fetches;
        await remote.of(unknown(remote.issuer));
        if (remote.fetches > before) fetchedAt.push(second);
      }
      remote.clock.advance(1);
    }
    expect(fetchedAt).toEqual([0, 0, 0, 0, 0, 30, 60, 90]);
  });

  it("A key is unknown only if a fetch that began after the token arrived does not contain it", async () => {
    const released: (() => void)[] = [];
    let isHeld = false;
    const fetch: Fetch = async () => {
      const keys = remote.issuer.jwks();
      if (isHeld) await new Promise<void>((resolve) => released.push(resolve));
      return Response.json(keys);
    };
    const remote = createRemote({ fetch });
    await remote.verifier.ready();
    isHeld = true;
    const stranger = remote.of(unknown(remote.issuer));
    await settle();
    // The pending fetch was answered with the previous keys.
    remote.issuer.rotate();
    const first = remote.of(remote.issuer.tokenFor("alice"));
    isHeld = false;
    released[0]?.();
    expect(await Promise.all([first, stranger])).toEqual(["accepted", "key_unknown"]);

    const outcomes: string[] = [];
    for (let time = 0; time < 6; time++) outcomes.push(await remote.of(unknown(remote.issuer)));
    expect(outcomes.slice(3)).toEqual(["keys_unavailable", "keys_unavailable", "keys_unavailable"]);
  });

  it("A fetch that never ends and whose timer never fires is abandoned for a new one", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let [fetches, isSilent] = [0, false];
    const fetch: Fetch = async () => {
      fetches++;
      return isSilent ? new Promise<Response>(() => {}) : Response.json(remote.issuer.jwks());
    };
    const remote = createRemote({ fetch });
    await remote.verifier.ready();
    isSilent = true;
    remote.clock.advance(300);
    for (const passed of [0, 5, 1]) {
      remote.clock.advance(passed);
      expect(await remote.of(remote.issuer.tokenFor("alice"))).toBe("accepted");
      await settle();
    }
    expect(fetches).toBe(3);
  });

  it("The result of an abandoned fetch does not replace newer keys", async () => {
    const released: (() => void)[] = [];
    let isHeld = false;
    const fetch: Fetch = async () => {
      const keys = remote.issuer.jwks();
      if (isHeld) await new Promise<void>((resolve) => released.push(resolve));
      return Response.json(keys);
    };
    const remote = createRemote({ fetch });
    await remote.verifier.ready();
    isHeld = true;
    const old = remote.issuer.tokenFor("alice", { expiresIn: 3600 });
    remote.clock.advance(300);
    expect(outcome(remote.verifier, old)).toBe("accepted");
    await settle();
    isHeld = false;
    remote.issuer.rotate();
    remote.issuer.withdrawOldKeys();
    expect(await remote.of(remote.issuer.tokenFor("alice"))).toBe("accepted");
    released[0]?.();
    await settle();
    expect(outcome(remote.verifier, old)).toBe("key_unknown");
    expect(outcome(remote.verifier, remote.issuer.tokenFor("bob"))).toBe("accepted");
  });

  it("Each failed fetch makes the next one wait longer", async () => {
    const remote = createRemote();
    remote.isOut = true;
    const attempts: number[] = [];
    for (let second = 0; second < 40; second++) {
      const before = remote.fetches;
      expect(await remote.of(remote.issuer.tokenFor("alice"))).toBe("keys_unavailable");
      if (remote.fetches > before) attempts.push(second);
      remote.clock.advance(1);
    }
    expect(attempts).toEqual([0, 1, 3, 7, 15, 31]);
  });

  it("The last good keys stay in use during an outage of the issuer", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    remote.isOut = true;
    remote.clock.advance(3600);
    expect(await remote.of(remote.issuer.tokenFor("alice"))).toBe("accepted");
    await settle();
    expect(outcome(remote.verifier, remote.issuer.tokenFor("bob"))).toBe("accepted");
    expect(remote.fetches).toBeGreaterThan(1);
  });

  it("The last good keys are used for at most maxStale", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const token = remote.issuer.tokenFor("alice", { expiresIn: 2 * day });
    remote.isOut = true;
    remote.clock.advance(day - 1);
    expect(await remote.of(token)).toBe("accepted");
    remote.clock.advance(1);
    expect(await remote.of(token)).toBe("keys_unavailable");
  });

  it("A key that left the set verifies nothing after the next refresh, not even cached tokens", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const [token, unseen] = [
      remote.issuer.tokenFor("alice", { expiresIn: 3600 }),
      remote.issuer.tokenFor("bob", { expiresIn: 3600 }),
    ];
    expect(outcome(remote.verifier, token)).toBe("accepted");
    remote.issuer.rotate();
    remote.issuer.withdrawOldKeys();
    remote.clock.advance(300);
    outcome(remote.verifier, token);
    await settle();
    expect(remote.fetches).toBe(2);
    expect([outcome(remote.verifier, token), outcome(remote.verifier, unseen)]).toEqual([
      "key_unknown",
      "key_unknown",
    ]);
  });
});
