import type { ClaimsPolicy } from "../claims/claims.ts";
import type { Principal } from "../claims/principal.ts";
import type { Clock } from "../clock.ts";
import type { KeyResolver } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";

/**
 * The property with a verifier's parts, for other functions of this package. It is not in the verifier's
 * type.
 *
 * The symbol is registered, so that a second copy of the package finds it. The number is the version of
 * {@link VerifierInternals}: a copy with another version finds nothing.
 */
export const internals: unique symbol = Symbol.for("usher-auth.verifier.1");

/** The parts of a verifier. */
export interface VerifierInternals<Claims = unknown> {
  readonly keys: KeyResolver;
  readonly policy: ClaimsPolicy;
  /** In characters. */
  readonly maxTokenLength: number;
  readonly clock: Clock;
  /** The public method that belongs to `verifyEagerly`. */
  readonly verify: (token: string) => PromiseLike<Principal<Claims>>;
  readonly verifyEagerly: VerifyEagerly<Claims>;
}

/**
 * Verifies like `verify`, but synchronously if possible. Returns a promise only if keys must be fetched, or
 * if the verifier is the application's own.
 *
 * @param waitUntil The host's function that keeps background work alive, such as `waitUntil` of a Worker's
 *   context, called as its method. It gets the refresh of keys.
 * @throws {AuthError} If it fails synchronously.
 */
export type VerifyEagerly<Claims> = (
  token: string,
  waitUntil?: WaitUntil,
) => Principal<Claims> | PromiseLike<Principal<Claims>>;

/** A verifier of this copy of the package, of another copy, or the application's own. */
interface AnyVerifier<Claims> {
  readonly verify: (token: string) => PromiseLike<Principal<Claims>>;
  readonly [internals]?: VerifierInternals<Claims>;
}

/** Returns the parts of a verifier; undefined if `createVerifier` did not create it. */
export function internalsOf<Claims>(verifier: AnyVerifier<Claims>): VerifierInternals<Claims> | undefined {
  return (verifier as AnyVerifier<Claims> | undefined)?.[internals];
}

/**
 * Returns the function that verifies without a promise per request. If a verifier wraps another one and
 * replaces `verify`, that replacement is used.
 */
export function eagerly<Claims>(verifier: AnyVerifier<Claims>): VerifyEagerly<Claims> {
  const parts = internalsOf(verifier);
  if (parts !== undefined && parts.verify === verifier.verify) return parts.verifyEagerly;
  return (token) => verifier.verify(token);
}
