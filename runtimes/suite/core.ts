import { createTestIssuer, type KeyPairSigningAlgorithm, type TokenFaults } from "@usher-auth/testing";
import {
  createRevocations,
  createVerifier,
  localJwks,
  memoryRevocationStore,
  remoteJwks,
  secretFingerprint,
  sharedSecret,
  verifierFromEnv,
} from "@usher-auth/verify";
import { type Check, same, verdict } from "./check.ts";

const faults: readonly [keyof TokenFaults, string][] = [
  ["expired", "token_expired"],
  ["notYetValid", "token_not_yet_valid"],
  ["issuedInFuture", "token_not_yet_valid"],
  ["wrongIssuer", "issuer_rejected"],
  ["wrongAudience", "audience_rejected"],
  ["wrongSecret", "signature_invalid"],
  ["tampered", "signature_invalid"],
  ["forgedPayload", "signature_invalid"],
  ["unsigned", "token_malformed"],
];

const secretAlgorithms = ["HS256", "HS384", "HS512"] as const;
const keyPairAlgorithms = ["EdDSA", "ES256", "ES384", "ES512", "RS256", "PS256"] as const;

function secretBench(algorithm: (typeof secretAlgorithms)[number] = "HS256") {
  const { secret, issuer, audience, tokenFor } = createTestIssuer({ algorithm, secret: "0123456789abcdef".repeat(5) });
  const verifier = createVerifier({ keys: sharedSecret(secret, { algorithm }), issuer, audience });
  return { secret, issuer, audience, tokenFor, verifier };
}

function keyPairBench(algorithm: KeyPairSigningAlgorithm) {
  const { issuer, audience, tokenFor, jwks, rotate } = createTestIssuer({ algorithm });
  const verifier = createVerifier({ keys: localJwks(JSON.stringify(jwks())), issuer, audience });
  return { issuer, audience, tokenFor, jwks, rotate, verifier };
}

/** A segment that says this, whether or not that makes sense. */
const encode = (text: string) => Buffer.from(text, "latin1").toString("base64url");

/** Not a token, each in another way, and what is said of it. */
const notTokens: readonly [text: string, code: string][] = [
  ["", "token_malformed"],
  ["a.b", "token_malformed"],
  ["a.b.c.d", "token_malformed"],
  ["0123456789abcdef0123456789abcdef", "token_unsupported"],
  ["a.b.c.d.e", "token_unsupported"],
  [`${encode('{"alg":"HS256"}')}.${encode("{}")}.a+b/`, "token_malformed"],
  [`${encode('{"alg":"HS256"}')}.${encode("{}")}.é`, "token_malformed"],
  [`${encode('{"alg":"HS256"}')}.${encode("{}")}.Ā`, "token_malformed"],
  [`${encode("\xff\xfe")}.${encode("{}")}.AAAA`, "token_malformed"],
  [`${encode('{"alg":"none"}')}.${encode("{}")}.AAAA`, "algorithm_rejected"],
  [`${encode('{"alg":"hs256"}')}.${encode("{}")}.AAAA`, "algorithm_rejected"],
  [`${encode('{"alg":"HS256","crit":["x"]}')}.${encode("{}")}.AAAA`, "token_unsupported"],
  ["x".repeat(9000), "token_too_large"],
];

/** The verifier: every algorithm, every fault, keys from elsewhere, revocation. */
export const coreChecks: readonly Check[] = [
  ...secretAlgorithms.map((algorithm) => ({
    name: `${algorithm} verifies, first and remembered`,
    run: () => {
      const { tokenFor, verifier } = secretBench(algorithm);
      const token = tokenFor({ id: "alïce-日本", name: "Ünï" });
      for (let round = 0; round < 3; round++) {
        const { id, claims } = verifier.verifySync(token);
        same([id, claims.name], ["alïce-日本", "Ünï"]);
      }
    },
  })),
  ...keyPairAlgorithms.map((algorithm) => ({
    name: `${algorithm} verifies, and not what was tampered with`,
    run: async () => {
      const { tokenFor, verifier } = keyPairBench(algorithm);
      same(verifier.verifySync(tokenFor("alice")).id, "alice");
      for (const fault of ["tampered", "forgedPayload", "wrongSecret"] as const) {
        same(await verdict(() => verifier.verifySync(tokenFor("alice", { [fault]: true }))), "signature_invalid");
      }
    },
  })),
  ...faults.map(([fault, code]) => ({
    name: `${fault} is ${code}`,
    run: async () => {
      const { tokenFor, verifier } = secretBench();
      same(await verdict(() => verifier.verifySync(tokenFor("alice", { [fault]: true }))), code);
    },
  })),
  ...notTokens.map(([text, code], index) => ({
    name: `text ${index} that is no token is ${code}`,
    run: async () => same(await verdict(() => secretBench().verifier.verifySync(text)), code),
  })),
  {
    name: "a secret is never a public key's, nor the reverse",
    run: async () => {
      const secret = secretBench();
      const pair = keyPairBench("ES256");
      same(await verdict(() => secret.verifier.verifySync(pair.tokenFor("alice"))), "algorithm_rejected");
      same(await verdict(() => pair.verifier.verifySync(secret.tokenFor("alice"))), "algorithm_rejected");
    },
  },
  {
    name: "remote keys are fetched once, anew for an unknown one, and their outage is no bad token",
    run: async () => {
      let now = Date.now();
      let fetched = 0;
      let isOut = false;
      const { issuer, audience, tokenFor, jwks, rotate } = createTestIssuer({ algorithm: "EdDSA", clock: () => now });
      const fetch = async () => {
        fetched++;
        return isOut ? new Response(null, { status: 500 }) : Response.json(jwks());
      };
      const keys = remoteJwks("https://app.example.com/jwks", { fetch, clock: () => now });
      const verifier = createVerifier({ keys, issuer, audience, clock: () => now });
      same(
        [(await verifier.verify(tokenFor("a"))).id, (await verifier.verify(tokenFor("b"))).id, fetched],
        ["a", "b", 1],
      );
      rotate();
      now += 31_000;
      same([(await verifier.verify(tokenFor("c"))).id, fetched], ["c", 2]);
      rotate();
      isOut = true;
      now += 31_000;
      same(await verdict(() => verifier.verify(tokenFor("d"))), "keys_unavailable");
    },
  },
  {
    name: "what was revoked is refused, remembered or not",
    run: async () => {
      const { secret, issuer, audience, tokenFor } = secretBench();
      const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
      const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience, revocations });
      await verifier.ready();
      const token = tokenFor("alice");
      const principal = verifier.verifySync(token);
      await revocations.revoke({ kind: "session", id: principal.sessionId as string, before: principal.expiresAt });
      same(await verdict(() => verifier.verifySync(token)), "token_revoked");
      await revocations.close();
    },
  },
  {
    name: "a secret's fingerprint is the same everywhere, and so are the environment's variables",
    run: () => {
      const { secret, issuer, audience, tokenFor } = secretBench();
      same(secretFingerprint("a".repeat(32)), "dcb9cfb03850ea92");
      const verifier = verifierFromEnv({ BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: issuer, API_URL: audience });
      same(verifier.verifySync(tokenFor("alice")).id, "alice");
    },
  },
];
