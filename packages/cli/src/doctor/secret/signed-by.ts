import { createHmac, timingSafeEqual } from "node:crypto";

/** Something that was signed with the issuer's secret: says whether a given one is it. */
export type SignedBy = (secret: string | Uint8Array) => boolean;

/** An HS256 token (RFC 7515 section 5.2). */
export function jwsSignedBy(token: string): SignedBy {
  return proof(token, "base64url");
}

/** Better Auth's signed cookie: the value, a dot, and the base64 of its HMAC. */
export function cookieSignedBy(cookie: string): SignedBy {
  return proof(cookie, "base64");
}

function proof(signed: string, encoding: "base64" | "base64url"): SignedBy {
  const dot = signed.lastIndexOf(".");
  const mac = Buffer.from(signed.slice(dot + 1), encoding);
  return (secret) => isHmacOf(secret, signed.slice(0, dot), mac);
}

/**
 * Whether this is the HMAC-SHA-256 of a text by this secret. For diagnosis only: it tells which secret
 * something was signed with, also ones that no verifier accepts (Better Auth's default, short ones) and
 * things that are no JWS (cookies). Whether a token is good, the verifier says.
 */
function isHmacOf(secret: string | Uint8Array, text: string, mac: Uint8Array): boolean {
  const expected = createHmac("sha256", secret).update(text).digest();
  return expected.length === mac.length && timingSafeEqual(expected, mac);
}
