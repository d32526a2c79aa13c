import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** JWS algorithms with a shared secret (RFC 7518 section 3.2) and the hash that each is made of. */
const hashes = { HS256: "sha256", HS384: "sha384", HS512: "sha512" } as const;

/** A JWS algorithm that verifies with a shared secret. */
export type SecretAlgorithm = keyof typeof hashes;

/** Every algorithm that can be verified here. `none` is not one, and neither is any other spelling of these. */
export type Algorithm = SecretAlgorithm;

/** A key and the one algorithm that it serves: the key decides, never a token's header (RFC 8725 section 3.1). */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  /** The key's id; a shared secret has none. */
  readonly kid?: string;
  /** Prints as `[secret]` or its like: key material is never in a property of its own. */
  readonly material: KeyObject;
}

export function isSecretAlgorithm(name: string): name is SecretAlgorithm {
  return Object.hasOwn(hashes, name);
}

/** The output of each algorithm's hash in bytes, which is also the shortest secret allowed (RFC 7518 section 3.2). */
export const digestLength: Readonly<Record<SecretAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

/** Whether `signature` is the key's over `signingInput`. The comparison takes the same time wherever they differ. */
export function verifySignature(key: VerificationKey, signingInput: string, signature: Buffer): boolean {
  const expected = createHmac(hashes[key.algorithm], key.material).update(signingInput, "latin1").digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
