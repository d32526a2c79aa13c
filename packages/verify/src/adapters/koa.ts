import type { Context, Middleware, Next } from "koa";
import { createGuard, type RouteAccess } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import type { Refusal } from "../http/problem.ts";
import { hasQueryToken } from "../http/request-target.ts";
import { asError } from "../user-code/as-error.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { interceptParams } from "./koa/params.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./koa/backchannel-logout.ts";

/** What the guard adds to `ctx.state`: `new Koa<UsherState>()`, `new Router<UsherState>()`. */
export interface UsherState<Claims = TokenClaims> {
  /** The user of the verified token. */
  principal: Principal<Claims>;
}

/**
 * A Koa middleware. An interface with a name, so that TypeScript can write the type of `export const guard =
 * usher(...)` in any project.
 */
export interface UsherMiddleware<Claims = TokenClaims> extends Middleware<UsherState<Claims>> {}

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

/** Runs more checks of the guard that accepted a request. Each returns the rejection, if there is one. */
interface Enforcer {
  policies(policies: readonly Policy<never>[]): Refusal | undefined;
  owner(id: unknown): Refusal | undefined;
}

/** By request: the enforcer of the last guard that accepted it. */
const enforcers = new WeakMap<object, Enforcer>();

/**
 * Guards a Koa app: everything that is added after this middleware requires a valid token, and so do unknown
 * paths. Everything before it is public.
 *
 * When a router is about to run a route, the guard checks what the router sets: `ctx.params`, at once or one
 * by one (@koa/router, koa-router, koa-tree-router), and the pattern in `ctx.routePath` (koa-route). A route
 * with the owner parameter only runs on the owner's path. If the parameter is optional, the path without it
 * is rejected for every user.
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
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): UsherMiddleware<Claims> {
  const guard = createGuard<Claims, Context>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  return async function usherGuard(context, next) {
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
    context.state.principal = principal;
    enforcers.set(context, {
      policies: (policies) =>
        enforceAccess(context, principal, { policies: policies as readonly Policy<Claims>[] }),
      owner: (id) => enforceAccess(context, principal, { params: { owner: id }, ownerParams: ["owner"] }),
    });
    let mismatch: unknown;
    try {
      interceptParams(context, (params, declared) => {
        try {
          guard.authorize(principal, { params, ownerParams: findOwnerParams(params, declared) }, context);
        } catch (error) {
          if (isAuthError(error)) mismatch = error;
          throw error;
        }
      });
      await next();
    } catch (error) {
      if (mismatch === undefined || error !== mismatch) throw error;
    }
    // A middleware in between may have caught the error and responded to it.
    if (mismatch !== undefined) answerWith(refusalOf(mismatch, context), context);
  };

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
 * @param read Returns the id that the path belongs to. Any other value than the principal's id is rejected, a
 *   promise too.
 * @throws {ConfigurationError} `read` is not a function.
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
): UsherMiddleware<Claims> {
  if (typeof read !== "function")
    throw new ConfigurationError("enforceOwner: pass a function that returns the id of a context.");
  return (context, next) =>
    checkThenNext(context, next, "enforceOwner", (enforcer) => {
      let id: unknown;
      try {
        id = read(context);
      } catch (error) {
        throw asError(error, "enforceOwner's function");
      }
      return enforcer.owner(ignorePromise(id) ? undefined : id);
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

function answerWith({ status, headers, body }: Refusal, context: Context): void {
  context.status = status;
  context.set(headers);
  context.body = body;
}
