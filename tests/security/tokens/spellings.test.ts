import { createTestIssuer, type SigningAlgorithm, type TestIssuer } from "@usher-auth/testing";
import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";
import { createLogoutVerifier } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore, type Revocation } from "@usher-auth/verify/revocation";
import { describe, expect, it } from "vitest";
import { logoutTokenFor } from "../../../packages/verify/test/revoking.ts";
import { start, startSeconds, verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";

const clock = () => start;

/** The order of each curve's group (SEC 2), and of Ed25519's (RFC 8032 section 5.1). */
const orders = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: BigInt(
    "0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  ),
  ES512: BigInt(`0x01${"f".repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
  EdDSA: 2n ** 252n + 27742317777372353535851937790883648493n,
};

function bigIntOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * length, "0"), "hex");
}

/** The token with its signature changed. */
function respelt(token: string, change: (signature: Buffer) => Buffer): string {
  const end = token.lastIndexOf(".") + 1;
  return token.slice(0, end) + change(Buffer.from(token.slice(end), "base64url")).toString("base64url");
}

/** The other spelling of an ECDSA signature: n - s instead of s. */
function twin(token: string, algorithm: "ES256" | "ES384" | "ES512"): string {
  return respelt(token, (signature) => {
    const half = signature.length / 2;
    const s = orders[algorithm] - bigIntOf(signature.subarray(half));
    return Buffer.concat([signature.subarray(0, half), bytesOf(s, half)]);
  });
}

function createWorld(algorithm: SigningAlgorithm) {
  const issuer: TestIssuer = createTestIssuer({ algorithm, clock });
  const revocations = createRevocations({ store: memoryRevocationStore({ clock }), maxTokenAge: 900, clock });
  const keys = algorithm.startsWith("HS")
    ? sharedSecret(issuer.secret, { algorithm: algorithm as "HS256" })
    : localJwks(issuer.jwks());
  const verifier = createVerifier({
    keys,
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
    clock,
  });
  return { issuer, verifier, revocations };
}

const claims = { sid: "s1", jti: "j1" };

describe.each(["ES256", "ES384", "ES512"] as const)("the two spellings of an %s token", (algorithm) => {
  it("give the same principal, since issuers send either", async (test) => {
    const { issuer, verifier, revocations } = createWorld(algorithm);
    await verifier.ready();
    for (let round = 0; round < 20; round++) {
      const token = issuer.tokenFor("alice", { claims });
      const other = twin(token, algorithm);
      expect(other).not.toBe(token);
      expect(twin(other, algorithm)).toBe(token);
      expect(verifier.verifySync(other)).toEqual(verifier.verifySync(token));
      count(test, { tokens: 2 });
    }
    await revocations.close();
  });

  it.each<[string, Revocation]>([
    ["its jti", { kind: "token", id: "j1", before: startSeconds }],
    ["its session", { kind: "session", id: "s1", before: startSeconds }],
    ["its user", { kind: "user", id: "alice", before: startSeconds }],
  ])("are both revoked, cached or not: by %s", async (_case, revocation) => {
    const { issuer, verifier, revocations } = createWorld(algorithm);
    await verifier.ready();
    const token = issuer.tokenFor("alice", { claims });
    const [seen, unseen] = [twin(token, algorithm), twin(issuer.tokenFor("alice", { claims }), algorithm)];
    for (const one of [token, seen]) expect(verdict(verifier, one)).toBe("accepted");
    await revocations.revoke(revocation);
    for (const one of [token, seen, unseen]) expect(verdict(verifier, one)).toBe("token_revoked");
    await revocations.close();
  });

  it("count as one logout token: the second is a replay", async () => {
    const { issuer, verifier, revocations } = createWorld(algorithm);
    await verifier.ready();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const token = logoutTokenFor(issuer, { claims: { jti: "once" } });
    await verifyLogoutToken(token);
    for (const again of [token, twin(token, algorithm)]) {
      await expect(verifyLogoutToken(again)).rejects.toMatchObject({ code: "claims_invalid" });
    }
    await revocations.close();
  });
});

describe("other tokens have one spelling", () => {
  it("EdDSA: rejects a signature whose S has the group's order added (RFC 8032 section 5.1.7)", () => {
    const { issuer, verifier } = createWorld("EdDSA");
    const token = issuer.tokenFor("alice");
    const reversed = (bytes: Uint8Array) => Buffer.from(bytes).reverse();
    const other = respelt(token, (signature) => {
      const s = bigIntOf(reversed(signature.subarray(32))) + orders.EdDSA;
      return Buffer.concat([signature.subarray(0, 32), reversed(bytesOf(s, 32))]);
    });
    expect(verdict(verifier, other)).toBe("signature_invalid");
  });

  it.each(["RS256", "PS256"] as const)("%s: rejects a signature with the modulus added", (algorithm) => {
    const { issuer, verifier } = createWorld(algorithm);
    const modulus = bigIntOf(Buffer.from((issuer.jwks().keys[0] as { n: string }).n, "base64url"));
    let tried = 0;
    for (let index = 0; tried === 0 && index < 200; index++) {
      const token = issuer.tokenFor(`user ${index}`);
      const signature = bigIntOf(Buffer.from(token.slice(token.lastIndexOf(".") + 1), "base64url"));
      if (signature + modulus >= 2n ** 2048n) continue;
      tried++;
      const other = respelt(token, (bytes) => bytesOf(signature + modulus, bytes.length));
      expect(verdict(verifier, other)).toBe("signature_invalid");
    }
    expect(tried).toBe(1);
  });

  it("HMAC: rejects a longer or shorter signature", () => {
    const { issuer, verifier } = createWorld("HS256");
    const token = issuer.tokenFor("alice");
    for (const change of [
      (bytes: Buffer) => bytes.subarray(0, 16),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]),
    ]) {
      expect(verdict(verifier, respelt(token, change))).toBe("signature_invalid");
    }
  });
});
