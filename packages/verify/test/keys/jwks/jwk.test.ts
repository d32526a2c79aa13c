import { generateKeyPairSync } from "node:crypto";
import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, localJwks } from "../../../src/index.ts";
import { createBench, refusal, verdict } from "../../support.ts";

const algorithms = [
  "EdDSA",
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
] as const;
const jwkOf = (issuer: { jwks(): { keys: readonly object[] } }) =>
  issuer.jwks().keys[0] as Record<string, unknown>;
const warnings: string[] = [];
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation((message) => void warnings.push(String(message)));
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

describe("localJwks", () => {
  it.each(algorithms)("verifies %s, and rejects changed tokens", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({ keys: localJwks(JSON.stringify(issuer.jwks())), clock: Date.now });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    for (const fault of ["tampered", "forgedPayload", "wrongSecret"]) {
      expect(verdict(verifier, issuer.tokenFor("alice", { [fault]: true })), fault).toBe("signature_invalid");
    }
    expect(verdict(verifier, issuer.tokenFor("alice", { expired: true }))).toBe("token_expired");
  });

  it.each(["ES256", "ES384", "ES512"] as const)("accepts only one length of %s signatures", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    const [header, payload, signature = ""] = issuer.tokenFor("alice").split(".");
    const bytes = Buffer.from(signature, "base64url");
    const half = bytes.length / 2;
    // The same two numbers, each with a leading zero.
    const longer = Buffer.concat([
      Buffer.alloc(1),
      bytes.subarray(0, half),
      Buffer.alloc(1),
      bytes.subarray(half),
    ]);
    expect(verdict(verifier, `${header}.${payload}.${longer.toString("base64url")}`)).toBe(
      "signature_invalid",
    );
    expect(verdict(verifier, `${header}.${payload}.${signature}`)).toBe("accepted");
  });

  it.each(algorithms)("uses the key of %s for no other algorithm", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    for (const alg of [...algorithms, "HS256", "none"].filter((name) => name !== algorithm)) {
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).not.toBe("accepted");
    }
  });

  it("accepts the newer name of EdDSA in a key and in a token (RFC 9864)", () => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    for (const alg of ["EdDSA", "Ed25519", undefined]) {
      const { verifier } = createBench({
        keys: localJwks({ keys: [{ ...jwkOf(issuer), alg }] }),
        clock: Date.now,
      });
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    }
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now });
    const renamed = issuer.tokenFor("alice", { header: { alg: "Ed25519" } });
    expect(verdict(verifier, renamed)).toBe("accepted");
  });

  it.each(["ES256", "ES384", "ES512"] as const)("derives a missing alg from the curve: %s", (algorithm) => {
    const issuer = createTestIssuer({ algorithm });
    const { verifier } = createBench({
      keys: localJwks({ keys: [{ ...jwkOf(issuer), alg: undefined }] }),
      clock: Date.now,
    });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
  });

  it("uses an RSA key without alg only with rsaAlgorithm", () => {
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

  it("never uses a public key as a shared secret, in any encoding", () => {
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

  it("uses only the key with the token's kid", () => {
    const issuer = createTestIssuer({ algorithm: "ES256" });
    const single = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now }).verifier;
    expect(verdict(single, issuer.tokenFor("alice", { header: { kid: undefined } }))).toBe("accepted");
    expect(verdict(single, issuer.tokenFor("alice", { header: { kid: "another" } }))).toBe("key_unknown");
    const nameless = localJwks({ keys: [{ ...jwkOf(issuer), kid: undefined }] });
    expect(verdict(createBench({ keys: nameless, clock: Date.now }).verifier, issuer.tokenFor("alice"))).toBe(
      "accepted",
    );

    issuer.rotate();
    const several = createBench({ keys: localJwks(issuer.jwks()), clock: Date.now }).verifier;
    expect(verdict(several, issuer.tokenFor("alice"))).toBe("accepted");
    expect(verdict(several, issuer.tokenFor("alice", { header: { kid: undefined } }))).toBe("key_unknown");
  });

  it("tries every key with the same kid", () => {
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

  const notSupported = "its type or curve is not supported";
  const otherAlg = "its `alg` is not a supported public-key algorithm";
  const unfit = "its `alg` does not fit its type and curve";
  const exponent = "its exponent is not odd and at least 3";
  const leak = (member: string) =>
    `it has the private member \`${member}\`: anyone who can read the set knows this key`;

  it.each<[string, unknown, string]>([
    ["null", null, "it is not a JSON object"],
    ["a list", [], "it is not a JSON object"],
    ["a text", "EC", "it is not a JSON object"],
    ...["d", "p", "q", "dp", "dq", "qi", "oth", "k"].map((member): [string, unknown, string] => [
      `one with ${member}`,
      { ...good, [member]: "AAAA" },
      leak(member),
    ]),
    ["a private RSA key", { ...rsa, p: "AAAA" }, leak("p")],
    ["a symmetric key", { kty: "oct", k: "AAAA" }, leak("k")],
    ["a symmetric key without its bytes", { kty: "oct" }, notSupported],
    ["a key for another use", { ...good, use: "tls" }, "its `use` is not sig"],
    ["a key for other operations", { ...good, key_ops: ["sign"] }, "its `key_ops` has no verify"],
    ["a key with key_ops that are not a list", { ...good, key_ops: "verify" }, "its `key_ops` has no verify"],
    ["a kid that is a number", { ...good, kid: 1 }, "its `kid` is not a string"],
    ["a curve that is not supported", secp, notSupported],
    ["an unknown type", { kty: "AKP", alg: "ML-DSA-44" }, otherAlg],
    [
      "an RSA key without alg",
      { ...rsa, alg: undefined },
      "it is an RSA key without `alg`: set rsaAlgorithm",
    ],
    ["an algorithm of another curve", { ...good, alg: "ES384" }, unfit],
    ["an algorithm of another type", { ...good, alg: "RS256" }, unfit],
    ["an EC algorithm on an RSA key", { ...rsa, alg: "ES256" }, unfit],
    ["a secret's algorithm", { ...rsa, alg: "HS256" }, otherAlg],
    ["none", { ...rsa, alg: "none" }, otherAlg],
    ["an algorithm in a list", { ...rsa, alg: ["RS256"] }, otherAlg],
    ["an encryption algorithm", { ...rsa, alg: "RSA-OAEP" }, otherAlg],
    ["1024 bits of RSA", { ...short, alg: "RS256" }, "its modulus has 1024 bits; at least 2048 are required"],
    ["an RSA exponent of 1", { ...rsa, e: "AQ" }, exponent],
    ["an even RSA exponent", { ...rsa, e: "BA" }, exponent],
  ])("is skipped with a warning, and the others are used: %s", (_case, bad, reason) => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const { verifier } = createBench({
      keys: localJwks({ keys: [bad, ...issuer.jwks().keys] }),
      clock: Date.now,
    });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      `localJwks: key 1 of the set is not used: ${reason}`,
      {
        type: "UsherWarning",
        code: "USHER_KEY_UNUSED",
      },
    );
    expect(() => localJwks({ keys: [bad] })).toThrow(
      new ConfigurationError(
        `localJwks: the JWKS has no usable key; key 1 of the set is not used: ${reason}`,
      ),
    );
  });

  it("is skipped silently, and the others are used: an encryption key", () => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const enc = { ...good, use: "enc" };
    const { verifier } = createBench({
      keys: localJwks({ keys: [enc, ...issuer.jwks().keys] }),
      clock: Date.now,
    });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(process.emitWarning).not.toHaveBeenCalled();
    expect(() => localJwks({ keys: [enc] })).toThrow(
      new ConfigurationError(
        "localJwks: the JWKS has no usable key; key 1 of the set is not used: its `use` is enc",
      ),
    );
    localJwks({ keys: [{ ...enc, d: "AAAA" }, ...issuer.jwks().keys] });
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("private member"), {
      type: "UsherWarning",
      code: "USHER_KEY_UNUSED",
    });
  });

  it.each([
    ["a point that is not on its curve", { ...good, x: good.y, y: good.x }],
    ["a missing coordinate", { ...good, y: undefined }],
  ])("is skipped with Node's reason: %s", (_case, bad) => {
    expect(() => localJwks({ keys: [bad] })).toThrow(/^localJwks: .*; key 1 of the set is not used: \S/);
  });

  it.each([
    ["a verification key", { ...good, use: "sig", key_ops: ["sign", "verify"] }],
    ["an exponent of 3", { ...rsa, e: "Aw" }],
  ])("does not include: %s", (_case, fine) => {
    expect(() => localJwks({ keys: [fine] })).not.toThrow();
    expect(warnings).toEqual([]);
  });

  const noJwks = "it is not a JWKS: it has no list of `keys`";
  it.each([
    ["", "it is not JSON"],
    ["not json", "it is not JSON"],
    ["<html>", "it is not JSON"],
    ["null", noJwks],
    ["[]", noJwks],
    ["{}", noJwks],
    ['"keys"', noJwks],
    ['{"keys":{}}', noJwks],
    ['{"keys":[]}', "the JWKS has no usable key"],
  ])("rejects %j as a JWKS", (text, reason) => {
    expect(() => localJwks(text)).toThrow(new ConfigurationError(`localJwks: ${reason}`));
  });

  it("reads at most a hundred keys", () => {
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const many = Array.from({ length: 150 }, (_, index) => ({ ...jwkOf(issuer), kid: `k${index}` }));
    const { verifier } = createBench({ keys: localJwks({ keys: many }), clock: Date.now });
    expect(verdict(verifier, issuer.tokenFor("alice", { header: { kid: "k99" } }))).toBe("accepted");
    expect(verdict(verifier, issuer.tokenFor("alice", { header: { kid: "k100" } }))).toBe("key_unknown");
    expect(warnings).toEqual(["localJwks: the set has 150 keys; only the first 100 are used"]);
    localJwks({ keys: many.slice(0, 100) });
    expect(warnings).toHaveLength(1);
  });
});
