import { createHmac } from "node:crypto";

/** Binds the fingerprint to this purpose: no other use of the secret produces the same bytes. */
const purpose = "usher-auth secret fingerprint v1";

/**
 * Returns a short, stable id of a secret: 16 hexadecimal digits. Two processes with the same fingerprint have
 * the same secret.
 *
 * The fingerprint is an HMAC-SHA-256 with the secret as key, so it does not reveal the secret. It can confirm
 * a guess of a weak secret, as any signed token can. Show it to operators, not to the public.
 *
 * @param secret The secret, exactly as the issuer has it. Its strength is not checked.
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
