import type { Principal, TokenClaims } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import type { AuthorizationFields } from "../http/authorization.ts";
import type { Refusal } from "../http/problem.ts";
import { refusalFor } from "../http/refusals.ts";
import type { WaitUntil } from "../keys/key-source.ts";
import { asError } from "../user-code/as-error.ts";
import { safeListener } from "../user-code/listener.ts";
import { isThenable } from "../user-code/thenable.ts";
import { eagerly } from "../verifier/internals.ts";
import { readBearer } from "./bearer.ts";
import { type GuardOptions, readGuardOptions } from "./guard-options.ts";
import { checkOwner, type RouteParams } from "./owner.ts";
import { checkPolicies, type Policy } from "./policies.ts";

/** What a route requires of a principal. */
export interface RouteAccess<Claims = TokenClaims> {
  /** The route's parameters, decoded by the framework's router. */
  readonly params: RouteParams;
  /** Which of the guard's `ownerParams` the route's pattern has. */
  readonly ownerParams: readonly string[];
  /** What else the route requires. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[] | undefined;
}

/**
 * What a guard reads from a request. An adapter translates its framework's request to this and decides
 * nothing.
 */
export interface GuardedRequest<Claims = TokenClaims, Source = unknown> extends RouteAccess<Claims> {
  readonly authorization: AuthorizationFields;
  /** Whether the query has an `access_token`. */
  readonly tokenInQuery: boolean;
  /** The framework's own request object, passed to `onAccept` and `onReject`. */
  readonly source: Source;
  /**
   * The host's `waitUntil`, which keeps background work of this request alive, such as a refresh of keys.
   * Default: none.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Accepts or rejects requests. Each adapter wraps one. */
export interface Guard<Claims = TokenClaims, Source = unknown> {
  readonly ownerParams: readonly string[];
  /**
   * Runs every check in order: header, token, owner, policies. Synchronous unless keys must be fetched.
   *
   * @throws {AuthError} Any code of the list.
   */
  admit(request: GuardedRequest<Claims, Source>): Principal<Claims> | Promise<Principal<Claims>>;
  /**
   * Runs the last checks only: owner and policies. For frameworks that know the route only after their
   * middleware has called `admit` without parameters. Calls no listener.
   *
   * @throws {AuthError} `owner_mismatch`, `scope_insufficient`.
   */
  authorize(principal: Principal<Claims>, access: RouteAccess<Claims>): void;
  /**
   * Returns the response to a rejected request, and calls `onReject`. The text is always this guard's own. A
   * code that this version does not know becomes 401 `unauthorized`, or 503 `service_unavailable` if it ends
   * in `_unavailable`.
   */
  refuse(error: AuthError, request: Source): Refusal;
}

/**
 * Creates a guard: it reads the bearer token, verifies it, and checks the owner of the path and the route's
 * policies. For authors of adapters, and for servers that have none. An application uses its framework's
 * adapter.
 *
 * Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} An invalid option.
 * @example
 * ```ts
 * import { isAuthError, verifierFromEnv } from "@usher-auth/verify";
 * import { createGuard } from "@usher-auth/verify/guard";
 *
 * const guard = createGuard<unknown, string>({ verifier: verifierFromEnv(), ownerParam: "userId" });
 *
 * export async function handle(authorization: string | undefined, userId: string) {
 *   const route = { params: { userId }, ownerParams: guard.ownerParams };
 *   try {
 *     return await guard.admit({ authorization, tokenInQuery: false, source: userId, ...route });
 *   } catch (error) {
 *     if (!isAuthError(error)) throw error;
 *     return guard.refuse(error, userId); // { status, headers, body }
 *   }
 * }
 * ```
 */
export function createGuard<Claims = TokenClaims, Source = unknown>(
  options: GuardOptions<Claims, Source>,
): Guard<Claims, Source> {
  const { ownerParams, refusals } = readGuardOptions(options);
  const { verifier, onAccept, onReject } = options;
  const verify = eagerly(verifier);
  const notifyAccepted = onAccept && safeListener(onAccept, "onAccept");
  const notifyRejected = onReject && safeListener(onReject, "onReject");

  function admit(request: GuardedRequest<Claims, Source>): Principal<Claims> | Promise<Principal<Claims>> {
    const token = readBearer(request.authorization, request.tokenInQuery);
    let principal: Principal<Claims> | PromiseLike<Principal<Claims>>;
    try {
      principal = verify(token, request.waitUntil);
    } catch (error) {
      throw asError(error, "the verifier");
    }
    // Any kind of promise. If it went unnoticed, the promise itself would be accepted as a principal.
    return isThenable(principal)
      ? Promise.resolve(principal).then(
          (verified) => accept(verified, request),
          (error: unknown) => {
            throw asError(error, "the verifier");
          },
        )
      : accept(principal, request);
  }

  function accept(principal: Principal<Claims>, request: GuardedRequest<Claims, Source>): Principal<Claims> {
    authorize(principal, request);
    notifyAccepted?.({ principal, request: request.source });
    return principal;
  }

  function authorize(principal: Principal<Claims>, access: RouteAccess<Claims>): void {
    checkOwner(principal.id, access.params, access.ownerParams);
    if (access.policies !== undefined) checkPolicies(principal, access.policies);
  }

  function refuse(error: AuthError, request: Source): Refusal {
    // First, before a listener can change the error.
    const refusal = refusalFor(refusals, error.code);
    notifyRejected?.({ error, request });
    return refusal;
  }

  return { ownerParams, admit, authorize, refuse };
}
