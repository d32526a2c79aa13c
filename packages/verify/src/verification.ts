import type { ClaimsPolicy } from "./claims.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Clock } from "./time.ts";

/** Where a verifier keeps what it is made of, for other kinds of tokens that the same issuer signs by the same keys. */
export const verification: unique symbol = Symbol();

/** What verifying any kind of token needs. */
export interface Verification {
  readonly keys: KeyRing;
  readonly policy: ClaimsPolicy;
  /** In characters. */
  readonly maxTokenLength: number;
  readonly clock: Clock;
}
