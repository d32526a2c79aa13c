import type { ClaimsPolicy } from "../claims/claims.ts";
import type { Clock } from "../clock.ts";
import type { KeyRing } from "../keys/key-resolver.ts";

/**
 * Where a verifier keeps what it is made of, for other kinds of tokens that the same issuer signs by the same
 * keys.
 *
 * Registered, so that a second copy of this package finds it too. The number is that of the form of {@link
 * Verification} and of what it is made of: another form, another number, and a copy that does not know the
 * form says so.
 */
export const verification: unique symbol = Symbol.for("usher-auth.verification.1");

/** What verifying any kind of token needs. */
export interface Verification {
  readonly keys: KeyRing;
  readonly policy: ClaimsPolicy;
  /** In characters. */
  readonly maxTokenLength: number;
  readonly clock: Clock;
}
