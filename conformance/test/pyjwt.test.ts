import { createVerifier, localJwks, type Principal, sharedSecret } from "@usher-auth/verify";
import { describe, it as each, expect, type TestContext } from "vitest";
import {
  audience,
  Browser,
  baseURL,
  migratedInstanceWith,
  secret,
} from "../../packages/issuer/test/instance.ts";
import { type PairName, privateJwk, publicJwk } from "../generator/keys.ts";
import { pythonWithPyJwt, runPython } from "./python-environment.ts";

/** PyJWT and Usher accept each other's tokens: the one is what most Python backends verify with. */

const python = pythonWithPyJwt();
const missing = "there is no Python environment with PyJWT: run npm run test:python first";

interface Verified {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

/** A test that needs PyJWT. */
function it(name: string, run: (python: string) => Promise<void>): void {
  each(name, async ({ skip }: TestContext) => {
    if (python === undefined) return skip(missing);
    await run(python);
  });
}

const algorithms = ["HS256", "EdDSA", "ES256", "RS256", "PS256"] as const;

/** A token that usherJwt signed for a user, the key that verifies it, and the user's id. */
async function issued(algorithm: (typeof algorithms)[number]) {
  const auth = await migratedInstanceWith({}, { audience, algorithm });
  const browser = new Browser(auth);
  const id = await browser.signUp();
  const token = await browser.token();
  if (algorithm === "HS256") return { id, token, key: secret, source: sharedSecret(secret) };
  const jwks = await auth.api.getJwks();
  return { id, token, key: { ...jwks.keys[0], alg: algorithm }, source: localJwks(jwks) };
}

/** The verifier's settings, which both sides share. */
const settings = { issuer: baseURL, audience } as const;

describe("PyJWT verifies what usherJwt signs", () => {
  for (const algorithm of algorithms) {
    it(algorithm, async (python) => {
      const { id, token, key, source } = await issued(algorithm);
      const [accepted, rejected] = runPython<Verified[]>(python, "pyjwt.py", [
        { token, key, algorithm, ...settings },
        { token, key, algorithm, ...settings, audience: "https://other-api.example.com" },
      ]);
      expect(accepted?.claims).toMatchObject({ sub: id, iss: baseURL, aud: audience });
      // Usher reads the same claims.
      const { claims } = createVerifier({ ...settings, keys: source }).verifySync(token);
      expect(accepted?.claims).toEqual(claims);
      expect(rejected).toEqual({ error: "InvalidAudienceError" });
    });
  }
});

const pairs: Readonly<Record<Exclude<(typeof algorithms)[number], "HS256">, PairName>> = {
  EdDSA: "ed25519-1",
  ES256: "p256-1",
  RS256: "rsa-1",
  PS256: "rsa-1",
};

describe("Usher verifies what PyJWT signs with the same claims", () => {
  it("HS256", async (python) => {
    const { token, source } = await issued("HS256");
    const verifier = createVerifier({ ...settings, keys: source });
    const ours = verifier.verifySync(token);
    const theirs = signedByPyJwt(python, { claims: ours.claims, key: secret, algorithm: "HS256" });
    expect(verifier.verifySync(theirs)).toEqual(ours);
  });

  for (const [algorithm, pair] of Object.entries(pairs)) {
    it(algorithm, async (python) => {
      const { token, source } = await issued("HS256");
      const ours: Principal = createVerifier({ ...settings, keys: source }).verifySync(token);
      const key = { ...privateJwk(pair), alg: algorithm };
      const theirs = signedByPyJwt(python, { claims: ours.claims, key, algorithm, kid: pair });
      const jwks = { keys: [publicJwk(pair, { kid: pair, alg: algorithm })] };
      expect(createVerifier({ ...settings, keys: localJwks(jwks) }).verifySync(theirs)).toEqual(ours);
    });
  }
});

function signedByPyJwt(python: string, request: object): string {
  return runPython<[{ token: string }]>(python, "pyjwt.py", [request])[0].token;
}
