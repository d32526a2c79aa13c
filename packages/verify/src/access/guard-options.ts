import type { Principal, TokenClaims } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import { ConfigurationError } from "../errors.ts";
import { createRefusals, type Refusals } from "../http/refusals.ts";
import { stringList } from "../option-values.ts";
import type { Verifier } from "../verifier/verifier.ts";

/**
 * Options of {@link createGuard}. Every adapter takes the same ones.
 *
 * @example
 * ```ts
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 * import type { GuardOptions } from "@usher-auth/verify/guard";
 *
 * const verifier = createVerifier({
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * export const options: GuardOptions = {
 *   verifier,
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export interface GuardOptions<Claims = TokenClaims, Source = unknown> {
  readonly verifier: Verifier<Claims>;
  /**
   * The path parameter, or parameters, that must equal the principal's id on every route that has them.
   * `null`: no path contains a user id.
   */
  readonly ownerParam: string | readonly string[] | null;
  /**
   * Answers another user's path with 404, like a path that does not exist, instead of 403. Default: false.
   */
  readonly concealOwnerMismatch?: boolean;
  /** The `realm` of the challenge: printable ASCII without quotes and backslashes. Default: `api`. */
  readonly realm?: string;
  /**
   * Called for each rejected request, with the hint that the client does not get. It may be asynchronous; the
   * request does not wait for it. An exception or a rejection becomes a process warning
   * (`USHER_LISTENER_FAILED`, at most one per minute) and changes nothing else.
   */
  readonly onReject?: (event: RejectEvent<Source>) => unknown;
  /**
   * Called for each accepted request; otherwise like `onReject`. In frameworks that route after their
   * middleware (Express, Koa, Hono), it is called for each request with a valid token, and the route may
   * still reject it.
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

/** Guard options after validation. */
export interface CheckedGuardOptions {
  readonly ownerParams: readonly string[];
  readonly refusals: Refusals;
}

/**
 * Characters that need no escape in a quoted-string (RFC 9110 section 5.6.4). The header is built without
 * escaping.
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
      throw new ConfigurationError(`${name}: must be a function.`);
    }
  }
  return { ownerParams: readOwnerParams(ownerParam), refusals: createRefusals(realm, concealOwnerMismatch) };
}

function readOwnerParams(ownerParam: string | readonly string[] | null): readonly string[] {
  if (ownerParam === null) return [];
  return stringList(
    // A pattern (`:userId`, `{userId}`, `[userId]`) is not a parameter name. No route would have it, and no
    // owner would be checked.
    /[\s:{[]/.test(String(ownerParam)) ? [] : ownerParam,
    'ownerParam: name the path parameter that is the user\'s id, as in "userId"; null if there is none.',
  );
}
