import { createHmac, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { createTestIssuer } from "@usher-auth/testing";
import { ConfigurationError, localJwks, sharedSecret } from "@usher-auth/verify";
import { keySource } from "@usher-auth/verify/keys";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBench } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";

const strong = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
const publicAlgorithms = [
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
];

/** Expects a secret to be rejected as a text, as bytes and as a version. */
function expectRefused(secret: string, reason: string): void {
  const bytes = new TextEncoder().encode(secret);
  for (const given of [secret, bytes, [{ version: 1, value: secret }]]) {
    expect(() => sharedSecret(given)).toThrow(ConfigurationError);
    expect(() => sharedSecret(given)).toThrow(reason);
  }
}

describe("rules: algorithms and secrets", () => {
  afterEach(() => vi.restoreAllMocks());

  it("The key decides the algorithm, never the token's header", () => {
    const { issuer, verifier } = createBench();
    expect(outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    for (const alg of ["HS384", "HS512", ...publicAlgorithms]) {
      expect(outcome(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).toBe(
        "algorithm_rejected",
      );
    }
  });

  it("A key is used for one algorithm only", () => {
    const clock = createBench().clock;
    const others = {
      RS256: ["RS384", "RS512", "PS256", "ES256"],
      ES256: ["ES384", "ES512", "EdDSA", "RS256"],
    } as const;
    for (const algorithm of ["RS256", "ES256"] as const) {
      const issuer = createTestIssuer({ algorithm, clock });
      const { verifier } = createBench({ keys: localJwks(issuer.jwks()) });
      expect(outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
      for (const alg of others[algorithm])
        expect(outcome(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).toBe("key_unknown");
    }
  });

  it("The algorithm none and other spellings of valid names are rejected", () => {
    const { issuer, verifier } = createBench();
    for (const alg of [
      "none",
      "None",
      "NONE",
      "nOnE",
      "",
      "hs256",
      "Hs256",
      "HS256 ",
      "HS-256",
      "HmacSHA256",
    ]) {
      expect(outcome(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).toBe(
        "algorithm_rejected",
      );
      expect(outcome(verifier, issuer.tokenFor("alice", { unsigned: true, header: { alg } })), alg).not.toBe(
        "accepted",
      );
    }
  });

  it("A secret is never used for a public-key algorithm", () => {
    for (const algorithm of publicAlgorithms) {
      expect(() => sharedSecret(strong, { algorithm: algorithm as "HS256" }), algorithm).toThrow(
        ConfigurationError,
      );
    }
  });

  it("A public key is never used for a secret-key algorithm", () => {
    for (const algorithm of ["EdDSA", "ES256", "RS256"] as const) {
      const issuer = createTestIssuer({ algorithm, clock: createBench().clock });
      const [jwk] = issuer.jwks().keys as [JsonWebKey & { kid: string }];
      const { verifier } = createBench({ keys: localJwks(issuer.jwks()) });
      const [, payload] = issuer.tokenFor("mallory").split(".");
      const header = Buffer.from(JSON.stringify({ alg: "HS256", kid: jwk.kid })).toString("base64url");
      // The public key, used as a secret: RFC 8725 section 2.1.
      for (const secret of [
        JSON.stringify(jwk),
        jwk.x ?? jwk.n ?? "",
        Buffer.from(jwk.x ?? jwk.n ?? "", "base64url"),
      ]) {
        const mac = createHmac("sha256", secret).update(`${header}.${payload}`).digest("base64url");
        expect(outcome(verifier, `${header}.${payload}.${mac}`)).toBe("algorithm_rejected");
      }
    }
  });

  it("A key is only trusted for its own issuer", () => {
    const { clock } = createBench();
    const names = ["https://one.example", "https://two.example"];
    const [one, two] = names.map((issuer) => createTestIssuer({ algorithm: "ES256", issuer, clock }));
    if (one === undefined || two === undefined) throw new Error("two issuers were made");
    const keys = [one, two].map(({ jwks, issuer }) => localJwks(jwks(), { issuer }));
    const { verifier } = createBench({ keys, issuer: names, clock });
    for (const [issuer, other] of [
      [one, two],
      [two, one],
    ] as const) {
      expect(outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
      expect(outcome(verifier, issuer.tokenFor("alice", { claims: { iss: other.issuer } }))).toBe(
        "issuer_rejected",
      );
    }
  });

  it("A custom key accepts a signature by returning true, and not by a promise", () => {
    const answers = [Promise.resolve(true), "yes", 1, {}, undefined, false];
    const outcomes = [...answers, true].map((answer) => {
      const candidates = () => [{ algorithm: "HS256" as const, verify: () => answer as boolean }];
      const { issuer, verifier } = createBench({
        keys: keySource({ algorithms: new Set(["HS256"]), candidates }),
      });
      return outcome(verifier, issuer.tokenFor("alice"));
    });
    expect(outcomes).toEqual([...answers.map(() => "signature_invalid"), "accepted"]);
  });

  it("A PEM as a shared secret is rejected at construction", () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
    expectRefused(pem, "PEM");
    expectRefused(`\n${pem}`, "PEM");
  });

  it("A JWK or a JWKS as a shared secret is rejected at construction", () => {
    const jwk = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
    for (const document of [jwk, { keys: [jwk] }, { keys: [], from: "https://app.example.com" }]) {
      expectRefused(JSON.stringify(document), "JWKS");
      expectRefused(` ${JSON.stringify(document, null, 2)}\n`, "JWKS");
    }
  });

  it("A secret under 32 bytes is rejected", () => {
    expectRefused(strong.slice(1), "31 bytes");
    expect(() => sharedSecret(strong)).not.toThrow();
    expect(() => sharedSecret(`é${strong.slice(2)}`)).not.toThrow();
  });

  it("A published secret is rejected", () => {
    for (const secret of [
      "better-auth-secret-12345678901234567890",
      "your-256-bit-secret-your-256-bit-secret",
    ])
      expectRefused(secret, "published default");
  });

  it("A secret that is easy to guess causes a warning", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    sharedSecret(strong);
    expect(warn).not.toHaveBeenCalled();
    sharedSecret("abababababababababababababababab");
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("easy to guess"),
      expect.objectContaining({ code: "USHER_SECRET_WEAK" }),
    );
  });
});
