import type { Context, Middleware, Next } from "koa";
import { createGuard, type RouteAccess } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { type Owner, subject } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import { refuseMisfit } from "../access/stated-rule.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { type AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import type { Refusal } from "../http/problem.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import { isNonEmptyString } from "../option-values.ts";
import { asError } from "../user-code/as-error.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { answerWith, type Enforcer, enforcers } from "./koa/enforcer.ts";
import { host } from "./koa/host.ts";
import { optionalToken } from "./koa/optional.ts";
import { interceptParams } from "./koa/params.ts";
import type { OptionalUsherState, UsherState } from "./koa/state.ts";

export type { OwnerRule } from "../access/owner-rule.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./koa/backchannel-logout.ts";
export { owner } from "./koa/owner.ts";
export type { OptionalUsherState, UsherState } from "./koa/state.ts";

/**
 * A Koa middleware. An interface with a name, so that TypeScript can write the type of `export const guard =
 * usher(...)` in any project.
 */
export interface UsherMiddleware<Claims = TokenClaims> extends Middleware<UsherState<Claims>> {}

/** The middleware that {@link usher} returns. */
export interface UsherGuard<Claims = TokenClaims> extends UsherMiddleware<Claims> {
  /**
   * For a route before the guard that also accepts requests without a token: read
   * `ctx.state.optionalPrincipal`. A token that is sent must be valid. Checks no owner and no policies.
   *
   * @example
   * ```ts
   * import Router from "@koa/router";
   * import { verifierFromEnv } from "@usher-auth/verify";
   * import { usher } from "@usher-auth/verify/koa";
   * import Koa from "koa";
   *
   * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
   * const open = new Router();
   * open.get("/greeting", guard.optional, (ctx) => {
   *   ctx.body = { hello: ctx.state.optionalPrincipal?.id ?? "stranger" };
   * });
   * const app = new Koa().use(open.routes()).use(guard);
   * ```
   */
  readonly optional: Middleware<OptionalUsherState<Claims>>;
}

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/koa";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, Context>;

/**
 * Guards a Koa app: everything that is added after this middleware requires a valid token, and so do unknown
 * paths. Everything before it is public.
 *
 * When a router is about to run a route, the guard checks what the router sets: `ctx.params`, at once or one
 * by one (@koa/router, koa-router, koa-tree-router), and the pattern in `ctx.routePath` (koa-route). A route
 * with the owner parameter only runs on the owner's path. If the parameter is optional, the path without it
 * is rejected for every user. A route may state exceptions with {@link owner}.
 *
 * Does not see parameters that a router passes in another way, nor paths that your own code splits: use
 * {@link enforceOwner} there. Does not check ids in bodies and queries.
 *
 * Add it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} An invalid option.
 *
 * @example
 * ```ts
 * import Router from "@koa/router";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { type UsherState, usher } from "@usher-auth/verify/koa";
 * import Koa from "koa";
 *
 * const router = new Router<UsherState>();
 * router.get("/api/:userId/tasks", (ctx) => {
 *   ctx.body = { tasks: [], owner: ctx.state.principal.id };
 * });
 *
 * const app = new Koa();
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" })).use(router.routes());
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): UsherGuard<Claims> {
  const guard = createGuard<Claims, Context>(options, host);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  const { metadata } = guard;

  const usherGuard: UsherMiddleware<Claims> = async (context, next) => {
    const document = metadata?.(context.method, pathOfTarget(context.originalUrl));
    if (document !== undefined) return answerWith(document, context);
    let principal: Principal<Claims>;
    try {
      const admitted = guard.admit({
        authorization: authorizationOf(context.req),
        tokenInQuery: hasQueryToken(context.url),
        params: {},
        ownerParams: [],
        source: context,
      });
      principal = admitted instanceof Promise ? await admitted : admitted;
    } catch (error) {
      return answerWith(refusalOf(error, context), context);
    }
    Object.assign(context.state, { principal, optionalPrincipal: principal });
    enforcers.set(context, createEnforcer(context, principal));
    let mismatch: { readonly error: AuthError; readonly refusal: Refusal } | undefined;
    try {
      interceptParams(context, {
        ownerParams: guard.ownerParams,
        check(params, declared, stated) {
          try {
            if (stated !== undefined) refuseMisfit(stated.rule, stated.ownerParams, context.path);
            const ownerParams = findOwnerParams(params, declared);
            const rule = stated?.rule as OwnerRule<Claims> | undefined;
            guard.authorize(principal, { params, ownerParams, owner: rule }, context);
          } catch (error) {
            // Refused here: below a mount, the context has the path that its route was chosen for.
            if (isAuthError(error))
              mismatch = { error, refusal: mismatch?.refusal ?? guard.refuse(error, context) };
            throw error;
          }
        },
      });
      await next();
    } catch (error) {
      if (mismatch === undefined || error !== mismatch.error) throw error;
    }
    // A middleware in between may have caught the error and responded to it.
    if (mismatch !== undefined) answerWith(mismatch.refusal, context);
  };
  return Object.assign(usherGuard, { optional: optionalToken(guard) });

  function createEnforcer(context: Context, principal: Principal<Claims>): Enforcer {
    const enforce = (access: Partial<RouteAccess<Claims>>) => enforceAccess(context, principal, access);
    return {
      policies: (policies) => enforce({ policies: policies as readonly Policy<Claims>[] }),
      owner: (id, owner) => {
        const owners = new Map([["owner", owner as Owner<Claims>]]);
        return enforce({ params: { owner: id }, ownerParams: ["owner"], owners });
      },
      refuse: (error) => guard.refuse(error, context),
    };
  }

  function enforceAccess(
    context: Context,
    principal: Principal<Claims>,
    access: Partial<RouteAccess<Claims>>,
  ): Refusal | undefined {
    try {
      guard.authorize(principal, { params: {}, ownerParams: [], ...access }, context);
      return undefined;
    } catch (error) {
      return refusalOf(error, context);
    }
  }

  function refusalOf(error: unknown, context: Context): Refusal {
    if (!isAuthError(error)) throw error;
    return guard.refuse(error, context);
  }
}

/**
 * Creates middleware that also requires policies: `router.post("/x", enforce(requireScopes("x:write")),
 * handler)`. It must run after {@link usher}; otherwise it throws, and the app answers 500.
 *
 * @throws {ConfigurationError} An invalid policy, or none.
 *
 * @example
 * ```ts
 * import Router from "@koa/router";
 * import { requireScopes } from "@usher-auth/verify";
 * import { enforce, type UsherState } from "@usher-auth/verify/koa";
 *
 * const router = new Router<UsherState>(); // use it after usher(...)
 * router.post("/tasks", enforce(requireScopes("tasks:write")), (ctx) => {
 *   ctx.status = 201;
 * });
 * ```
 */
export function enforce<Claims = TokenClaims>(
  ...policies: readonly [Policy<Claims>, ...Policy<Claims>[]]
): UsherMiddleware<Claims> {
  const checked = readPolicies(policies, "enforce") as readonly Policy<never>[];
  if (checked.length === 0) throw new ConfigurationError("enforce: pass at least one policy.");
  return (context, next) => checkThenNext(context, next, "enforce", (enforcer) => enforcer.policies(checked));
}

/**
 * Creates middleware that restricts a route to its owner where no router sets the owner parameter: for a path
 * that your own code splits, or a router that sets neither `ctx.params` nor `ctx.routePath`. It must run
 * after {@link usher}; otherwise it throws, and the app answers 500.
 *
 * @param read Returns the id that the path belongs to. Any other value than the owner's id is rejected, a
 *   promise too.
 * @param owner Whose id it must be: a claim of the token, or a function of the principal. Default: `"sub"`,
 *   the user's id.
 * @throws {ConfigurationError} `read` is not a function, or `owner` is neither a claim nor a function.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { enforceOwner, usher } from "@usher-auth/verify/koa";
 * import Koa from "koa";
 *
 * // Without a router: /api/:userId/...
 * const app = new Koa();
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: null }));
 * app.use(enforceOwner((ctx) => ctx.path.split("/")[2]));
 * ```
 */
export function enforceOwner<Claims = TokenClaims>(
  read: (context: Context) => unknown,
  owner: Owner<Claims> = subject,
): UsherMiddleware<Claims> {
  if (typeof read !== "function")
    throw new ConfigurationError("enforceOwner: pass a function that returns the id of a context.");
  if (typeof owner !== "function" && !isNonEmptyString(owner))
    throw new ConfigurationError('enforceOwner: the owner is a claim, such as "org", or a function.');
  return (context, next) =>
    checkThenNext(context, next, "enforceOwner", (enforcer) => {
      let id: unknown;
      try {
        id = read(context);
      } catch (error) {
        throw asError(error, "enforceOwner's function");
      }
      return enforcer.owner(ignorePromise(id) ? undefined : id, owner as Owner<never>);
    });
}

function checkThenNext(
  context: Context,
  next: Next,
  name: string,
  check: (enforcer: Enforcer) => Refusal | undefined,
): Promise<unknown> | undefined {
  const enforcer = enforcers.get(context);
  if (enforcer === undefined) throw new Error(`${name}: no usher(...) runs before this route.`);
  const refusal = check(enforcer);
  if (refusal === undefined) return next();
  answerWith(refusal, context);
  return undefined;
}
