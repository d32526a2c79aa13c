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

/** What a route asks of a principal. */
export interface RouteAccess<Claims = TokenClaims> {
  /** The route's parameters, decoded by the framework's router. */
  readonly params: RouteParams;
  /** Which of the guard's `ownerParams` the route's pattern has. */
  readonly ownerParams: readonly string[];
  /** What else the route asks for. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[] | undefined;
}

/**
 * What a guard needs of a request. An adapter translates its framework's request to this, and decides
 * nothing.
 */
export interface GuardedRequest<Claims = TokenClaims, Source = unknown> extends RouteAccess<Claims> {
  readonly authorization: AuthorizationFields;
  /** Whether the query has an `access_token`. */
  readonly tokenInQuery: boolean;
  /** The framework's own request object, for the events. */
  readonly source: Source;
  /**
   * What the host has to keep alive what this request begins, such as a refresh of keys. Default: nothing.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Lets requests in, or says why not. Adapters wrap one. */
export interface Guard<Claims = TokenClaims, Source = unknown> {
  readonly ownerParams: readonly string[];
  /**
   * The way of a request: header, token, principal, owner, policies. Synchronous unless keys must be fetched.
   *
   * @throws {AuthError} Any code of the list.
   */
  admit(request: GuardedRequest<Claims, Source>): Principal<Claims> | Promise<Principal<Claims>>;
  /**
   * The end of that way alone: owner and policies. For a framework that knows the route only after its
   * middleware has called `admit` without parameters, and for what a route asks for besides. Tells no
   * listener.
   *
   * @throws {AuthError} `owner_mismatch`, `scope_insufficient`.
   */
  authorize(principal: Principal<Claims>, access: RouteAccess<Claims>): void;
  /**
   * The answer to a request that was not let in. Tells `onReject`. All of it is this guard's own text: an
   * error of another version of the package, with a code that this one does not know, is answered 401
   * `unauthorized`, or 503 `service_unavailable` where its code ends in `_unavailable`.
   */
  refuse(error: AuthError, request: Source): Refusal;
}

/**
 * Creates the guard that an adapter for a framework wraps: it verifies the token of a request, checks that the
 * path belongs to the user, and applies policies.
 *
 * @throws {ConfigurationError} An option is invalid.
 *
 * @example
 * ```ts
 * import { type TokenClaims, verifierFromEnv } from "@usher-auth/verify";
 * import { createGuard } from "@usher-auth/verify/guard";
 *
 * const verifier = verifierFromEnv();
 * const guard = createGuard<TokenClaims, Request>({ verifier, ownerParam: null });
 *
 * export const admit = (request: Request) =>
 *   guard.admit({
 *     authorization: request.headers.get("authorization") ?? undefined,
 *     tokenInQuery: new URL(request.url).searchParams.has("access_token"),
 *     params: {},
 *     ownerParams: [],
 *     source: request,
 *   });
 * ```
 */
export function createGuard<Claims = TokenClaims, Source = unknown>(
  options: GuardOptions<Claims, Source>,
): Guard<Claims, Source> {
  const { ownerParams, refusals } = readGuardOptions(options);
  const { verifier, onAccept, onReject } = options;
  const verify = eagerly(verifier);
  const tellAccepted = onAccept && safeListener(onAccept, "onAccept");
  const tellRejected = onReject && safeListener(onReject, "onReject");

  function admit(request: GuardedRequest<Claims, Source>): Principal<Claims> | Promise<Principal<Claims>> {
    const token = readBearer(request.authorization, request.tokenInQuery);
    let principal: Principal<Claims> | PromiseLike<Principal<Claims>>;
    try {
      principal = verify(token, request.waitUntil);
    } catch (error) {
      throw asError(error, "the verifier");
    }
    // Of whatever kind: where it went unnoticed, a promise would be let in as a principal.
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
    tellAccepted?.({ principal, request: request.source });
    return principal;
  }

  function authorize(principal: Principal<Claims>, access: RouteAccess<Claims>): void {
    checkOwner(principal.id, access.params, access.ownerParams);
    if (access.policies !== undefined) checkPolicies(principal, access.policies);
  }

  function refuse(error: AuthError, request: Source): Refusal {
    // Before any code that is not ours could change the error.
    const refusal = refusalFor(refusals, error.code);
    tellRejected?.({ error, request });
    return refusal;
  }

  return { ownerParams, admit, authorize, refuse };
}
