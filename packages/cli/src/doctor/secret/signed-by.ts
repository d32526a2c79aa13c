import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether something was signed with this secret. */
export type SignedBy = (secret: string | Uint8Array) => boolean;

/** For an HS256 token (RFC 7515 section 5.2). */
export function jwsSignedBy(token: string): SignedBy {
  return hmacSignedBy(token, "base64url");
}

/** For Better Auth's signed cookie: the value, a dot, and its HMAC in base64. */
export function cookieSignedBy(cookie: string): SignedBy {
  return hmacSignedBy(cookie, "base64");
}

function hmacSignedBy(signed: string, encoding: "base64" | "base64url"): SignedBy {
  const dot = signed.lastIndexOf(".");
  const mac = Buffer.from(signed.slice(dot + 1), encoding);
  return (secret) => isHmacOf(secret, signed.slice(0, dot), mac);
}

/**
 * Whether this is the HMAC-SHA-256 of a text. For diagnosis only: it finds the secret even if no verifier
 * accepts it (Better Auth's default, a short one), and for cookies. Only the verifier decides whether a token
 * is valid.
 */
function isHmacOf(secret: string | Uint8Array, text: string, mac: Uint8Array): boolean {
  const expected = createHmac("sha256", secret).update(text).digest();
  return expected.length === mac.length && timingSafeEqual(expected, mac);
}
