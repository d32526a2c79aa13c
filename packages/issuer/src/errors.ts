import { BetterAuthError } from "better-auth";

/**
 * Thrown for an option of `usherJwt()`, or a payload to sign, that would produce a token an API must not
 * trust.
 *
 * It is the developer's to fix, not the client's. Over HTTP it becomes a 500, and its message only reaches
 * the log. The message says what to change and contains neither a secret nor a token.
 *
 * @example
 * ```ts
 * import { IssuerError, usherJwt } from "@usher-auth/issuer";
 *
 * try {
 *   usherJwt({ audience: "https://api.example.com", expiresIn: "30d" });
 * } catch (error) {
 *   if (!(error instanceof IssuerError)) throw error;
 *   console.error(error.message); // expiresIn must be between 10 seconds and 24 hours …
 * }
 * ```
 */
export class IssuerError extends BetterAuthError {
  override readonly name = "IssuerError";
}
