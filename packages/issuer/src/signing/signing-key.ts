import { createSecretKey, type KeyObject } from "node:crypto";
import { IssuerError } from "../errors.ts";

/** What Better Auth signs with when no secret is set outside of production. It is in its public source. */
const betterAuthDefault = "better-auth-secret-12345678901234567890";

/** RFC 7518 section 3.2: an HS256 key has at least as many bits as the hash. */
const shortestSecret = 32;

/**
 * The HS256 key out of a Better Auth secret: its UTF-8 bytes, as they are.
 *
 * Better Auth itself only warns of a short secret, and of its default only in production. A token is worth
 * what its key is worth, so here both are errors wherever it runs. Low entropy is not measured.
 *
 * @throws {IssuerError} for Better Auth's default secret and for fewer than 32 bytes
 */
export function signingKey(secret: string): KeyObject {
  if (secret === betterAuthDefault) {
    throw new IssuerError(
      "usherJwt: no secret is set. Set BETTER_AUTH_SECRET to the output of `openssl rand -base64 32`.",
    );
  }
  const bytes = Buffer.from(secret, "utf8");
  if (bytes.length < shortestSecret) {
    throw new IssuerError(
      `usherJwt: the secret has ${bytes.length} bytes, and HS256 needs 32 (RFC 7518 section 3.2). Set BETTER_AUTH_SECRET to the output of \`openssl rand -base64 32\`.`,
    );
  }
  return createSecretKey(bytes);
}
