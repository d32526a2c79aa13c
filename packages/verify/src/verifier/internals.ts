import type { ClaimsPolicy } from "../claims/claims.ts";
import type { Principal } from "../claims/principal.ts";
import type { Clock } from "../clock.ts";
import type { KeyResolver } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";

/**
 * Where a verifier keeps its parts, for this package's other functions. They are no part of its type.
 *
 * The symbol is registered, so that a second copy of this package finds them too. Its number is that of the
 * form of {@link VerifierInternals}: a copy with another form has another number, and finds nothing.
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
 * Verifies as `verify` does, and synchronously wherever it can: it returns a promise only where keys must be
 * fetched, or where the verifier is the application's own.
 *
 * @param waitUntil What the host offers to keep alive what a request has begun and does not wait for:
 *   `waitUntil` of a Worker's context, say, called as its method. Keys that are refreshed in the background
 *   are handed to it.
 * @throws {AuthError} Where it fails synchronously.
 */
export type VerifyEagerly<Claims> = (
  token: string,
  waitUntil?: WaitUntil,
) => Principal<Claims> | PromiseLike<Principal<Claims>>;

/** A verifier of any kind, of this copy of the package, another copy, or the application's own. */
interface AnyVerifier<Claims> {
  readonly verify: (token: string) => PromiseLike<Principal<Claims>>;
  readonly [internals]?: VerifierInternals<Claims>;
}

/** The parts of a verifier; undefined where `createVerifier` did not make it. */
export function internalsOf<Claims>(verifier: AnyVerifier<Claims>): VerifierInternals<Claims> | undefined {
  return (verifier as AnyVerifier<Claims> | undefined)?.[internals];
}

/**
 * The way to verify without a promise for each request. A verifier that wraps another, with a `verify` of its
 * own, is asked by that.
 */
export function eagerly<Claims>(verifier: AnyVerifier<Claims>): VerifyEagerly<Claims> {
  const parts = internalsOf(verifier);
  if (parts !== undefined && parts.verify === verifier.verify) return parts.verifyEagerly;
  return (token) => verifier.verify(token);
}
