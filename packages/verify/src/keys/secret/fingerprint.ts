import { createHmac } from "node:crypto";

/** Binds the derivation to this purpose: no other use of the secret can ever yield the same bytes. */
const purpose = "usher-auth secret fingerprint v1";

/**
 * A short, stable id of a secret: 16 hexadecimal digits. Two processes that print the same one share the
 * secret.
 *
 * Derived by HMAC-SHA-256 keyed with the secret, so it does not lead back to it. A secret that can be guessed
 * can be confirmed by its fingerprint (as by any token it signs): show fingerprints to operators, not to the
 * public.
 *
 * @param secret The secret as the issuer has it, byte for byte. Its strength is not checked.
 *
 * @example
 * ```ts
 * import { secretFingerprint } from "@usher-auth/verify/keys";
 *
 * console.log(secretFingerprint(process.env.BETTER_AUTH_SECRET ?? "")); // 16 hexadecimal digits
 * ```
 */
export function secretFingerprint(secret: string | Uint8Array): string {
  return createHmac("sha256", secret).update(purpose).digest("hex").slice(0, 16);
}
