import type { Principal, TokenClaims } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import { ConfigurationError } from "../errors.ts";
import { createRefusals, type Refusals } from "../http/refusals.ts";
import { stringList } from "../option-values.ts";
import type { Verifier } from "../verifier/verifier.ts";

/**
 * What a guard is made of.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { GuardOptions } from "@usher-auth/verify/guard";
 *
 * const options: GuardOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: ["userId", "ownerId"],
 *   concealOwnerMismatch: true, // 404 instead of 403
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export interface GuardOptions<Claims = TokenClaims, Source = unknown> {
  readonly verifier: Verifier<Claims>;
  /**
   * The path parameter(s) that must be the principal's id on every route that has them; `null`: no path has
   * one.
   */
  readonly ownerParam: string | readonly string[] | null;
  /**
   * Answer another user's path with the 404 of a path that does not exist, rather than 403. Default false.
   */
  readonly concealOwnerMismatch?: boolean;
  /** The `realm` of the challenge: printable ASCII without quotes and backslashes. Default `api`. */
  readonly realm?: string;
  /**
   * Told of each request that is refused, with the hint that the client does not get. It may be asynchronous;
   * nobody waits for it. What it throws or rejects with becomes a process warning (`USHER_LISTENER_FAILED`,
   * at most one a minute), and decides nothing.
   */
  readonly onReject?: (event: RejectEvent<Source>) => unknown;
  /**
   * Told of each request let in, and otherwise as `onReject`. Where a framework routes after its middleware
   * (Express, Koa, Hono), that is each request with a good token: the route may still refuse it.
   */
  readonly onAccept?: (event: AcceptEvent<Claims, Source>) => unknown;
}

export interface RejectEvent<Source = unknown> {
  readonly error: AuthError;
  /** The framework's own request object. */
  readonly request: Source;
}

export interface AcceptEvent<Claims = TokenClaims, Source = unknown> {
  readonly principal: Principal<Claims>;
  /** The framework's own request object. */
  readonly request: Source;
}

/** Guard options after the one check that they get. */
export interface CheckedGuardOptions {
  readonly ownerParams: readonly string[];
  readonly refusals: Refusals;
}

/**
 * Characters of a quoted-string that need no escape (RFC 9110 section 5.6.4), so that the header is built by
 * hand safely.
 */
const plainText = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws {ConfigurationError} */
export function readGuardOptions(
  options: Omit<GuardOptions, "onAccept" | "onReject" | "verifier"> & {
    readonly verifier: { verify: unknown };
    readonly onAccept?: unknown;
    readonly onReject?: unknown;
  },
): CheckedGuardOptions {
  const { verifier, ownerParam, realm = "api", concealOwnerMismatch = false } = options;
  if (typeof verifier?.verify !== "function")
    throw new ConfigurationError("verifier: give createVerifier(...).");
  if (typeof realm !== "string" || !plainText.test(realm)) {
    throw new ConfigurationError('realm: printable ASCII without `"` and `\\`.');
  }
  for (const name of ["onAccept", "onReject"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new ConfigurationError(`${name}: give a function, or leave it out.`);
    }
  }
  return { ownerParams: readOwnerParams(ownerParam), refusals: createRefusals(realm, concealOwnerMismatch) };
}

function readOwnerParams(ownerParam: string | readonly string[] | null): readonly string[] {
  if (ownerParam === null) return [];
  return stringList(
    // A pattern (`:userId`, `{userId}`, `[userId]`) names no parameter: no path would be held to its owner.
    /[\s:{[]/.test(String(ownerParam)) ? [] : ownerParam,
    'ownerParam: name the path parameter that is the user\'s id, as in "userId"; null if there is none.',
  );
}
