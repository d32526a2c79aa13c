import { generateKeyPairSync } from "node:crypto";
import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, localJwks } from "../src/index.ts";
import { createBench, refusal, verdict } from "./support.ts";

const algorithms = ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;
const jwkOf = (issuer: { jwks(): { keys: readonly object[] } }) => issuer.jwks().keys[0] as Record<string, unknown>;
const warnings: string[] = [];
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

describe("localJwks", () => {
  it.each(algorithms)("verifies %s, and no token that was changed", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({ keys: localJwks(JSON.stringify(issuer.jwks())), clock: Date.now });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    for (const fault of ["tampered", "forgedPayload", "wrongSecret"]) {
      expect(verdict(verifier, issuer.tokenFor("alice", { [fault]: true })), fault).toBe("signature_invalid");
    }
    expect(verdict(verifier, issuer.tokenFor("alice", { expired: true }))).toBe("token_expired");
  });

  it.each(algorithms)("does not take the key of %s for any other algorithm", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    for (const alg of [...algorithms, "HS256", "none"].filter((name) => name !== algorithm)) {
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).not.toBe("accepted");
    }
  });

  it("knows EdDSA by its newer name too, in a key and in a token (RFC 9864)", () => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    for (const alg of ["EdDSA", "Ed25519", undefined]) {
      const { verifier } = createBench({ keys: localJwks({ keys: [{ ...jwkOf(issuer), alg }] }), clock: Date.now });
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    }
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    const renamed = issuer.tokenFor("alice", { header: { alg: "Ed25519" } });
    expect(verdict(verifier, renamed)).toBe("accepted");
  });

  it.each(["ES256", "ES384", "ES512"] as const)(
    "gives a key without alg the one that its curve allows: %s",
    (algorithm) => {
      const issuer = createTestIssuer({ algorithm });
      const { verifier } = createBench({
        keys: localJwks({ keys: [{ ...jwkOf(issuer), alg: undefined }] }),
        clock: Date.now,
      });
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    },
  );

  it("uses an RSA key without alg only when told its algorithm", () => {
    const issuer = createTestIssuer({ algorithm: "PS256" });
    const jwks = { keys: [{ ...jwkOf(issuer), alg: undefined }] };
    expect(() => localJwks(jwks)).toThrow("rsaAlgorithm");
    for (const [rsaAlgorithm, outcome] of [
      ["PS256", "accepted"],
      ["RS256", "key_unknown"],
    ] as const) {
      const { verifier } = createBench({ keys: localJwks(jwks, { rsaAlgorithm }), clock: Date.now });
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe(outcome);
    }
  });

  it("never takes a public key, in whatever spelling, for a shared secret", () => {
    const issuer = createTestIssuer({ algorithm: "RS256" });
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    const jwk = jwkOf(issuer);
    for (const secret of [
      JSON.stringify(jwk),
      String(jwk.n),
      Buffer.from(String(jwk.n), "base64url").toString("latin1"),
    ]) {
      const forged = createTestIssuer({ secret }).tokenFor("alice", { header: { kid: jwk.kid } });
      const error = refusal(() => verifier.verifySync(forged));
      expect(error.code).toBe("algorithm_rejected");
      expect(error.hint).toContain("sharedSecret");
    }
  });

  it("asks for the kid that the token names, and guesses none", () => {
    const issuer = createTestIssuer({ algorithm: "ES256" });
    const single = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now }).verifier;
    expect(verdict(single, issuer.tokenFor("alice", { header: { kid: undefined } }))).toBe("accepted");
    expect(verdict(single, issuer.tokenFor("alice", { header: { kid: "another" } }))).toBe("key_unknown");

    issuer.rotate();
    const several = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now }).verifier;
    expect(verdict(several, issuer.tokenFor("alice"))).toBe("accepted");
    expect(verdict(several, issuer.tokenFor("alice", { header: { kid: undefined } }))).toBe("key_unknown");
  });

  it("tries each of several keys that share a kid", () => {
    const [one, other] = [createTestIssuer({ algorithm: "ES256" }), createTestIssuer({ algorithm: "ES256" })];
    const keys = localJwks({ keys: [one, other].map((issuer) => ({ ...jwkOf(issuer), kid: "same" })) });
    const { verifier } = createBench({ keys, clock: Date.now });
    for (const issuer of [one, other]) {
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { kid: "same" } }))).toBe("accepted");
    }
  });
});

describe("a key that cannot be used", () => {
  const good = jwkOf(createTestIssuer({ algorithm: "ES256" }));
  const rsa = jwkOf(createTestIssuer({ algorithm: "RS256" }));
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
  const secp = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" });

  it.each([
    ["null", null, "no JSON object"],
    ["a list", [], "no JSON object"],
    ["a private key", { ...good, d: "AAAA" }, "private member"],
    ["a private RSA key", { ...rsa, p: "AAAA" }, "private member"],
    ["a symmetric key", { kty: "oct", k: "AAAA" }, "private member"],
    ["a symmetric key without its bytes", { kty: "oct" }, "not supported"],
    ["a key to encrypt with", { ...good, use: "enc" }, "use"],
    ["a key for other operations", { ...good, key_ops: ["sign"] }, "key_ops"],
    ["a kid that is a number", { ...good, kid: 1 }, "kid"],
    ["a curve that is not supported", secp, "not supported"],
    ["an unknown type", { kty: "AKP", alg: "ML-DSA-44" }, "alg"],
    ["an algorithm of another curve", { ...good, alg: "ES384" }, "does not fit"],
    ["an algorithm of another type", { ...good, alg: "RS256" }, "does not fit"],
    ["an EC algorithm on an RSA key", { ...rsa, alg: "ES256" }, "does not fit"],
    ["a secret's algorithm", { ...rsa, alg: "HS256" }, "alg"],
    ["none", { ...rsa, alg: "none" }, "alg"],
    ["an encryption algorithm", { ...rsa, alg: "RSA-OAEP" }, "alg"],
    ["a point that is not on its curve", { ...good, x: good.y, y: good.x }, ""],
    ["a missing coordinate", { ...good, y: undefined }, ""],
    ["1024 bits of RSA", { ...short, alg: "RS256" }, "1024"],
    ["an RSA exponent of 1", { ...rsa, e: "AQ" }, "exponent"],
    ["an even RSA exponent", { ...rsa, e: "BA" }, "exponent"],
  ])("is left out with a warning, and the others stay: %s", (_case, bad, reason) => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const { verifier } = createBench({ keys: localJwks({ keys: [bad, ...issuer.jwks().keys] }), clock: Date.now });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("key 1 of the set is not used");
    expect(warnings[0]).toContain(reason);
    expect(() => localJwks({ keys: [bad] })).toThrow(ConfigurationError);
  });

  it.each(["", "not json", "<html>", "null", "[]", "{}", '{"keys":{}}', '{"keys":[]}'])(
    "refuses %j for a JWKS",
    (text) => {
      expect(() => localJwks(text)).toThrow(ConfigurationError);
    },
  );

  it("reads no more than a hundred keys", () => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const many = Array.from({ length: 150 }, (_, index) => ({ ...jwkOf(issuer), kid: `k${index}` }));
    const { verifier } = createBench({ keys: localJwks({ keys: many }), clock: Date.now });
    expect(verdict(verifier, issuer.tokenFor("alice", { header: { kid: "k99" } }))).toBe("accepted");
    expect(verdict(verifier, issuer.tokenFor("alice", { header: { kid: "k100" } }))).toBe("key_unknown");
    expect(warnings[0]).toContain("150 keys");
  });
});
