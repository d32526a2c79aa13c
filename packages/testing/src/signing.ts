import { createHmac } from "node:crypto";

const hashes = { HS256: "sha256", HS384: "sha384", HS512: "sha512" } as const;

/** The algorithms that a test issuer can sign with. */
export type SigningAlgorithm = keyof typeof hashes;

/** The base64url of a value's JSON: a segment of a JWS (RFC 7515 section 3.1). */
export function jsonSegment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The base64url HMAC over a signing input (RFC 7518 section 3.2). */
export function hmacSegment(algorithm: SigningAlgorithm, secret: string, signingInput: string): string {
  return createHmac(hashes[algorithm], secret).update(signingInput).digest("base64url");
}
