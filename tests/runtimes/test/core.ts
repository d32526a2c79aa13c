import { randomBytes } from "node:crypto";
import {
  createTestIssuer,
  type SigningAlgorithm,
  type TestIssuer,
  type TokenFaults,
} from "@usher-auth/testing";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLyingProxy } from "../../../packages/verify/test/keys/jwks/lying-proxy.ts";
import { hostileToken } from "../../security/tokens/support/mutations.ts";
import { seededRandom } from "../../security/tokens/support/random.ts";
import { describeSecret, type Keys, type Verdict, verifyAll } from "../program/core.ts";
import type { Runtime } from "../runtimes.ts";
import { type RunningProgram, startProgram } from "../start.ts";
import { control } from "./control.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const clock = () => now;
const algorithms: readonly SigningAlgorithm[] = [
  ...(["HS256", "HS384", "HS512", "EdDSA"] as const),
  ...(["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
];
/** Long enough for HS512 (RFC 7518 section 3.2). */
const secret = randomBytes(64).toString("base64url");
/** Hostile tokens for each algorithm: enough for every kind, and few enough for the slow curves. */
const hostile = 50;

/** What is rejected for every algorithm, by code. */
const refusals: readonly (readonly [TokenFaults, string])[] = [
  [{ expired: true }, "token_expired"],
  [{ notYetValid: true }, "token_not_yet_valid"],
  [{ issuedInFuture: true }, "token_not_yet_valid"],
  [{ wrongIssuer: true }, "issuer_rejected"],
  [{ wrongAudience: true }, "audience_rejected"],
  [{ tampered: true }, "signature_invalid"],
  [{ forgedPayload: true }, "signature_invalid"],
  [{ unsigned: true }, "token_malformed"],
  [{ header: { alg: "none" } }, "algorithm_rejected"],
  [{ header: { typ: "better-auth.session-cache+jwt" } }, "token_unsupported"],
  [{ header: { crit: ["exp"] } }, "token_unsupported"],
  [{ claims: { sub: undefined } }, "claims_invalid"],
  [{ claims: { exp: "1e300" } }, "claims_invalid"],
  [{ claims: { padding: "x".repeat(9000) } }, "token_too_large"],
];

/** Compares the core on that runtime with the core in this process, which its own suites test. */
export function coreSuite(runtime: Runtime): void {
  describe(`core: ${runtime.name}`, () => {
    let program: RunningProgram;
    beforeAll(async () => {
      program = await startProgram(runtime, { trust: { keys: "none" }, now: null, guard: {} });
    });
    afterAll(() => program.close());

    const ask = async (issuer: TestIssuer, keys: Keys, tokens: readonly string[]) => {
      const command = {
        name: "verify",
        keys,
        issuer: issuer.issuer,
        audience: issuer.audience,
        now,
        tokens,
      } as const;
      return { there: (await control(program.origin, command)) as Verdict[], command };
    };

    it.each(algorithms)(
      "%s: accepts a valid token, and rejects each invalid one with its code",
      async (algorithm) => {
        const issuer = createTestIssuer({ algorithm, clock, secret });
        const faults = refusals.map(([fault]) => fault);
        const tokens = [{}, ...faults].map((fault) => issuer.tokenFor("alice", fault));
        const { there } = await ask(issuer, keysOf(issuer, algorithm), tokens);
        const codes = ["accepted", ...refusals.map(([, code]) => code)];
        expect(there.map(({ code }) => code)).toEqual(codes);
        expect(there.map(({ again }) => again)).toEqual(codes);
        expect(there[0]).toMatchObject({
          frozen: true,
          principal: { id: "alice", claims: { sub: "alice" } },
        });
      },
    );

    it.each([
      ["RS256", "PS256"],
      ["PS256", "RS256"],
    ] as const)("a signature by %s is invalid for %s with the same key", async (made, claimed) => {
      const issuer = createTestIssuer({ algorithm: made, clock });
      const keys = { jwks: { keys: issuer.jwks().keys.map((jwk) => ({ ...jwk, alg: claimed })) } };
      const { there } = await ask(issuer, keys, [issuer.tokenFor("alice", { header: { alg: claimed } })]);
      expect(there[0]?.code).toBe("signature_invalid");
    });

    it.each(algorithms)(
      "%s: hostile tokens get the same verdict, hint and claims as in this process",
      async (algorithm) => {
        const issuer = createTestIssuer({ algorithm, clock, secret });
        const random = seededRandom(7);
        const tokens = Array.from({ length: hostile }, () => hostileToken(issuer, random, now / 1000));
        const { there, command } = await ask(issuer, keysOf(issuer, algorithm), tokens);
        const here = JSON.parse(JSON.stringify(await verifyAll(command))) as Verdict[];
        expect(new Set(here.map(({ code }) => code)).size, "tokens of many kinds").toBeGreaterThan(5);
        expect(there).toEqual(here);
      },
    );

    it("text beyond ASCII, and names of object properties, are treated as data", async () => {
      const issuer = createTestIssuer({ clock });
      const claims = JSON.parse(
        '{"name":"\u00e9\u{1f600}\\u0000","__proto__":{"admin":true},"constructor":1}',
      );
      const { there } = await ask(issuer, keysOf(issuer, "HS256"), [
        issuer.tokenFor("jos\u00e9", { claims }),
      ]);
      expect(there[0]?.code === "accepted" ? there[0].principal : there[0]).toMatchObject({
        id: "jos\u00e9",
      });
    });

    it("keys are fetched, and missing keys do not make a token invalid", async () => {
      const issuer = await createTestIssuer({ mode: "jwks", clock });
      const keys = { url: issuer.jwksUrl };
      const { there } = await ask(issuer, keys, [
        issuer.tokenFor("alice"),
        issuer.tokenFor("alice", { tampered: true }),
      ]);
      expect(there.map(({ code }) => code)).toEqual(["accepted", "signature_invalid"]);
      await issuer.close();
      const { there: without } = await ask(issuer, keys, [issuer.tokenFor("alice")]);
      expect(without.map(({ code }) => code)).toEqual(["keys_unavailable"]);
    });

    it.skipIf(runtime.name === "workerd")(
      "keys on this machine are fetched without a proxy, whatever proxy is set",
      async () => {
        const issuer = await createTestIssuer({ mode: "jwks", clock });
        const stranger = createTestIssuer({ algorithm: "EdDSA", clock });
        const proxy = await startLyingProxy(stranger.jwks());
        const environment = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, http_proxy: proxy.url };
        const other = await startProgram(
          runtime,
          { trust: { keys: "none" }, now: null, guard: {} },
          environment,
        );
        const tokens = [issuer.tokenFor("alice"), stranger.tokenFor("mallory")];
        const { issuer: name, audience } = issuer;
        const command = {
          name: "verify",
          keys: { url: issuer.jwksUrl },
          issuer: name,
          audience,
          now,
          tokens,
        } as const;
        const verdicts = (await control(other.origin, command)) as Verdict[];
        await other.close();
        await issuer.close();
        expect(verdicts.map(({ code }) => code)).toEqual(["accepted", "key_unknown"]);
        expect(proxy.asked()).toBe(0);
      },
    );

    it("a token is valid until its session is revoked, with environment variables and with options", async () => {
      const { secret, issuer, audience, tokenFor } = createTestIssuer();
      const variables = { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: issuer, API_URL: audience };
      const token = tokenFor("alice", { claims: { sid: "session" } });
      const revocation = { kind: "session", id: "session", before: Math.floor(Date.now() / 1000) } as const;
      const told = await control(program.origin, { name: "revoke", variables, token, revocation });
      expect(told).toEqual(["accepted", "token_revoked"]);
    });

    it("prints fingerprints of secrets, warns of weak ones, rejects invalid ones, and prints no secret", async () => {
      const good = createTestIssuer().secret;
      const pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----";
      for (const secret of [good, "a".repeat(40), "short", pem, `${good} `]) {
        const there = (await control(program.origin, { name: "secret", secret })) as Record<string, unknown>;
        expect(there).toEqual(describeSecret(secret));
        expect(JSON.stringify(there)).not.toContain(secret.trim());
      }
      expect(await control(program.origin, { name: "secret", secret: good })).toMatchObject({
        fingerprint: secretFingerprint(good),
        warnings: [],
      });
      expect(await control(program.origin, { name: "secret", secret: pem })).toHaveProperty("refused");
    });
  });

  it("a listener, a log or a subscriber that throws does not change the response", async () => {
    const { secret, issuer, audience, tokenFor } = createTestIssuer();
    const trust = { keys: "secret", secret, issuer, audience } as const;
    const program = await startProgram(runtime, { trust, now: null, guard: {}, listenersFail: true });
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(`${program.origin}/me`, { headers })).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${tokenFor("alice")}` })).toBe(200);
    await program.close();
  });
}

function keysOf(issuer: TestIssuer, algorithm: SigningAlgorithm): Keys {
  if (algorithm === "HS256" || algorithm === "HS384" || algorithm === "HS512") {
    return { secret: issuer.secret, algorithm };
  }
  return { jwks: issuer.jwks() };
}
