import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether this is the HMAC-SHA-256 of a text by this secret. For diagnosis only: it tells which secret
 * something was signed with, also ones that no verifier accepts (Better Auth's default, short ones) and
 * things that are no JWS (cookies). Whether a token is good, the verifier says.
 */
export function isMacBy(secret: string | Uint8Array, text: string, mac: Uint8Array): boolean {
  const expected = createHmac("sha256", secret).update(text).digest();
  return expected.length === mac.length && timingSafeEqual(expected, mac);
}
