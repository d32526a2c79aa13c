import type { Principal, TokenClaims } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import type { AuthorizationFields } from "../http/authorization.ts";
import type { PreparedResponse, Refusal } from "../http/problem.ts";
import type { WaitUntil } from "../keys/key-source.ts";
import { asError } from "../user-code/as-error.ts";
import { isThenable } from "../user-code/thenable.ts";
import { eagerly, internalsOf } from "../verifier/internals.ts";
import { readBearer } from "./bearer.ts";
import type { GuardHost } from "./guard-host.ts";
import { type GuardOptions, readGuardOptions } from "./guard-options.ts";
import { findForeign, type Owners, type RouteParams } from "./owner.ts";
import { checkExceptions } from "./owner-exceptions.ts";
import type { OwnerRule } from "./owner-rule.ts";
import { checkPolicies, type Policy } from "./policies.ts";
import { createReports } from "./reports.ts";

/** What a route requires of a principal. */
export interface RouteAccess<Claims = TokenClaims> {
  /** The route's parameters, decoded by the framework's router. */
  readonly params: RouteParams;
  /** Which of the guard's `ownerParams` the route's pattern has. */
  readonly ownerParams: readonly string[];
  /** What each of these parameters must equal. A parameter without an owner is rejected. Default: the guard's. */
  readonly owners?: Owners<Claims> | undefined;
  /** Who else may use the route. Default: no one but the owner. */
  readonly owner?: OwnerRule<Claims> | undefined;
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
  /** The names of the owner parameters. */
  readonly ownerParams: readonly string[];
  /** What each owner parameter must equal. */
  readonly owners: Owners<Claims>;
  /**
   * Runs every check in order: header, token, owner, policies. Synchronous unless keys must be fetched.
   *
   * @throws {AuthError} Any code of the list.
   */
  admit(request: GuardedRequest<Claims, Source>): Principal<Claims> | Promise<Principal<Claims>>;
  /**
   * Like `admit`, for a route on which a token is optional. Returns `null` for a request without credentials;
   * any credentials that are sent must be a valid token. Does not check owner and policies.
   *
   * @throws {AuthError} Any code about a token.
   */
  admitOptional(
    request: Omit<GuardedRequest<Claims, Source>, keyof RouteAccess<Claims>>,
  ): Principal<Claims> | null | Promise<Principal<Claims> | null>;
  /**
   * Runs the last checks only: owner and policies. For frameworks that know the route only after their
   * middleware has called `admit` without parameters. Calls `onOwnerException` only.
   *
   * @param source The request, as in `admit`.
   * @param call The same object in all checks of one call, if the request may make several calls: each call
   *   reports its exceptions. Default: the request.
   * @throws {AuthError} `owner_mismatch`, or the code of a policy.
   */
  authorize(principal: Principal<Claims>, access: RouteAccess<Claims>, source: Source, call?: object): void;
  /**
   * Returns the response to a rejected request, logs it, and calls `onReject`. The text is always this guard's
   * own. A code that this version does not know becomes 401 `unauthorized`, or 503 `service_unavailable` if it ends
   * in `_unavailable`.
   *
   * @param principal The user, if the error is about a valid token and `authorize` of this guard did not throw it.
   */
  refuse(error: AuthError, request: Source, principal?: Principal<Claims>): Refusal;
  /**
   * The response to a request for the metadata of the protected resource (RFC 9728), which is public;
   * undefined for every other request. An adapter calls this first. Absent without `protectedResource`.
   *
   * @param path The request's path, not decoded.
   */
  readonly metadata?: (method: string, path: string) => PreparedResponse | undefined;
}

/**
 * Creates a guard: it reads the bearer token, verifies it, and checks the owner of the path and the route's
 * policies. For authors of adapters, and for servers that have none. An application uses its framework's
 * adapter.
 *
 * Does not check ids in bodies and queries.
 *
 * @param host What the adapter knows of its framework, for logs and events. Default: nothing.
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
  host: GuardHost<Source> = { adapter: "guard" },
): Guard<Claims, Source> {
  const { owners, refusals, metadata } = readGuardOptions<Claims>(options);
  const { verifier } = options;
  const verify = eagerly(verifier);
  const clock = internalsOf(verifier)?.clock ?? Date.now;
  const reports = createReports(options, host);

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

  function admitOptional(
    request: Omit<GuardedRequest<Claims, Source>, keyof RouteAccess<Claims>>,
  ): Principal<Claims> | null | Promise<Principal<Claims> | null> {
    const { authorization, tokenInQuery } = request;
    const fields = typeof authorization === "string" ? 1 : (authorization?.length ?? 0);
    if (fields === 0 && !tokenInQuery) return null;
    return admit({ ...request, params: {}, ownerParams: [] });
  }

  function accept(principal: Principal<Claims>, request: GuardedRequest<Claims, Source>): Principal<Claims> {
    authorize(principal, request, request.source);
    reports.accepted(principal, request.source);
    return principal;
  }

  function authorize(
    principal: Principal<Claims>,
    access: RouteAccess<Claims>,
    source: Source,
    call?: object,
  ): void {
    try {
      check(principal, access, source, call);
    } catch (error) {
      reports.refusedTo(principal, source, error);
      throw error;
    }
  }

  function check(
    principal: Principal<Claims>,
    access: RouteAccess<Claims>,
    source: Source,
    call?: object,
  ): void {
    const { params, ownerParams, owner, policies = [] } = access;
    const foreign = findForeign(principal, params, ownerParams, access.owners ?? owners);
    // Most requests need no more, and no time.
    if (foreign.length === 0 && policies.length === 0 && principal.kind !== "client") return;
    const now = clock() / 1000;
    const exceptions = checkExceptions(principal, foreign, ownerParams, owner, now);
    checkPolicies(principal, policies, now);
    if (exceptions.length > 0) reports.excepted({ principal, exceptions, request: source }, call);
  }

  function refuse(error: AuthError, request: Source, principal?: Principal<Claims>): Refusal {
    // First, before a listener can change the error.
    const refusal = refusals.for(error);
    reports.rejected(error, request, refusal.status, principal);
    return refusal;
  }

  return {
    ownerParams: Object.freeze([...owners.keys()]),
    owners,
    admit,
    admitOptional,
    authorize,
    refuse,
    ...(metadata && { metadata: metadata.respond }),
  };
}
