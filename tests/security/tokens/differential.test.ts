import { createTestIssuer, type SigningAlgorithm, type TestIssuer } from "@usher-auth/testing";
import { createVerifier, localJwks, sharedSecret, type Verifier } from "@usher-auth/verify";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import { hostileToken } from "./support/mutations.ts";
import { seededRandom } from "./support/random.ts";
import { decode, laxerRules, stricterRules } from "./support/stricter-rules.ts";

/** How many tokens to try. A nightly run sets 200000. */
const total = Number(process.env.USHER_DIFFERENTIAL ?? 5000);
const seed = Number(process.env.USHER_SEED ?? 1);
const clockTolerance = 5;
/** A whole second, because jose counts whole seconds. */
const now = Date.parse("2026-01-01T00:00:00Z") / 1000;
const shares: readonly (readonly [SigningAlgorithm, number])[] = [
  ["HS256", 0.7],
  ["EdDSA", 0.12],
  ["ES256", 0.12],
  ["RS256", 0.06],
];

describe("differential against jose", () => {
  it.for(shares)(
    "%s: every difference has a rule that explains it",
    { timeout: 1_800_000 },
    async ([algorithm, share], test) => {
      const issuer = createTestIssuer({ algorithm, clock: () => now * 1000 });
      const verifier = verifierFor(issuer, algorithm);
      const accepts = joseFor(issuer, algorithm);
      const random = seededRandom(seed);
      const explained = new Map<string, number>();
      const tokens = Math.ceil(total * share);
      let accepted = 0;

      for (let tried = 0; tried < tokens; tried++) {
        const token = hostileToken(issuer, random, now);
        const code = verdict(verifier, token);
        const isAccepted = code === "accepted";
        if (isAccepted) accepted++;
        count(test, { tokens: 1, accepted: isAccepted ? 1 : 0, refused: isAccepted ? 0 : 1 });
        if (isAccepted === (await accepts(token))) continue;
        const rule = explain(token, code);
        count(test, {
          "differences by a rule": rule === undefined ? 0 : 1,
          "without one": rule === undefined ? 1 : 0,
        });
        expect(rule, `${code}, seed ${seed}: ${token}`).toBeDefined();
        explained.set(rule as string, (explained.get(rule as string) ?? 0) + 1);
      }
      for (const [rule, times] of explained) await test.annotate(`${times} times: ${rule}`, "difference");
      // Both outcomes must occur, or the test proves nothing.
      expect(accepted).toBeGreaterThan(Math.floor(0.05 * tokens));
      expect(tokens - accepted).toBeGreaterThan(Math.floor(0.3 * tokens));
      expect(explained.size).toBeGreaterThan(2);
    },
  );
});

function verifierFor({ secret, issuer, audience, jwks }: TestIssuer, algorithm: SigningAlgorithm): Verifier {
  const keys = algorithm === "HS256" ? sharedSecret(secret) : localJwks(jwks());
  return createVerifier({ keys, issuer, audience, clockTolerance, clock: () => now * 1000 });
}

function joseFor(
  { secret, issuer, audience, jwks }: TestIssuer,
  algorithm: SigningAlgorithm,
): (token: string) => Promise<boolean> {
  const secretOf = () => new TextEncoder().encode(secret);
  // The whole set and not its key, so that jose also checks `kid`.
  const key = algorithm === "HS256" ? secretOf : createLocalJWKSet(jwks() as JSONWebKeySet);
  const options = {
    algorithms: [algorithm],
    issuer,
    audience,
    clockTolerance,
    currentDate: new Date(now * 1000),
    requiredClaims: ["sub", "exp", "iss", "aud"],
    typ: "JWT",
  };
  return (token) =>
    jwtVerify(token, key, options).then(
      () => true,
      () => false,
    );
}

function explain(text: string, code: string): string | undefined {
  const token = decode(text);
  if (token === undefined) return undefined;
  if (code === "accepted") return laxerRules.find(({ applies }) => applies(token))?.name;
  return stricterRules(now, clockTolerance).find(
    ({ applies, codes }) => codes.includes(code) && applies(token),
  )?.name;
}
