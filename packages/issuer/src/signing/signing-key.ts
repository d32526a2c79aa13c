import { createSecretKey, type KeyObject } from "node:crypto";
import { IssuerError } from "../errors.ts";

/** The secret that Better Auth uses outside production when none is set. It is public. */
const betterAuthDefault = "better-auth-secret-12345678901234567890";

/** Bytes. RFC 7518 section 3.2: an HS256 key is at least as long as the hash. */
const minSecretLength = 32;

/**
 * The HS256 key: the UTF-8 bytes of the Better Auth secret.
 *
 * Better Auth only warns about a short secret, and about its default secret only in production. Here both are
 * errors in every environment, because anyone who guesses the secret can issue tokens. Entropy is not
 * measured.
 *
 * @throws {IssuerError} for Better Auth's default secret, and for fewer than 32 bytes
 */
export function signingKey(secret: string): KeyObject {
  if (secret === betterAuthDefault) {
    throw new IssuerError(
      "usherJwt: BETTER_AUTH_SECRET is not set. Set it to the output of `openssl rand -base64 32`.",
    );
  }
  const bytes = Buffer.from(secret, "utf8");
  if (bytes.length < minSecretLength) {
    throw new IssuerError(
      `usherJwt: the secret has ${bytes.length} bytes, and HS256 needs 32 (RFC 7518 section 3.2). ` +
        "Set BETTER_AUTH_SECRET to the output of `openssl rand -base64 32`.",
    );
  }
  return createSecretKey(bytes);
}
