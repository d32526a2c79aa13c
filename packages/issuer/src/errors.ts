import { BetterAuthError } from "better-auth";

/**
 * A setting of `usherJwt()`, or a payload given to it, that would make a token an API must not trust.
 *
 * It is the developer's to cure, never the client's: over HTTP it becomes a 500 and its text stays in the
 * log. The message says what to do, and holds neither a secret nor a token.
 */
export class IssuerError extends BetterAuthError {
  override readonly name = "IssuerError";
}
