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
import { holdParams } from "./koa/params.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./koa/backchannel-logout.ts";

/** What `ctx.state` has behind the guard: `new Koa<UsherState>()`, `new Router<UsherState>()`. */
export interface UsherState<Claims = TokenClaims> {
  /** Who the verified token speaks for. */
  principal: Principal<Claims>;
}

/**
 * A middleware of Koa's. It has a name of ours, so that the type of `export const guard = usher(...)` has one
 * in every project.
 */
export interface UsherMiddleware<Claims = TokenClaims> extends Middleware<UsherState<Claims>> {}

/**
 * Options of {@link usher}: those of a guard.
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
 * What a guard that let a request in can still be asked: whether there is more, and its refusal where there
 * is not.
 */
interface Enforcer {
  policies(policies: readonly Policy<never>[]): Refusal | undefined;
  owner(id: unknown): Refusal | undefined;
}

/** By request: of the guard that let it in last. */
const enforcers = new WeakMap<object, Enforcer>();

/**
 * Guards a Koa app: everything after this middleware needs a valid token, unknown paths too. What stands
 * before it is public.
 *
 * What a router then tells of a route that it is about to run is held to the principal: `ctx.params`, set at
 * once or one by one (@koa/router, koa-router, koa-tree-router), and the pattern in `ctx.routePath`
 * (koa-route). A route for another's path does not run, nor one that may leave the owner out, and does. Does
 * not see a router that hands its parameters over by other ways, nor paths that your own code takes apart:
 * {@link enforceOwner} is for those. Does not check ids in bodies and queries.
 *
 * Put it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} A bad option.
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
      policies: (policies) => ask(context, principal, { policies: policies as readonly Policy<Claims>[] }),
      owner: (id) => ask(context, principal, { params: { owner: id }, ownerParams: ["owner"] }),
    });
    let mismatch: unknown;
    try {
      holdParams(context, (params, declared) => {
        try {
          guard.authorize(principal, { params, ownerParams: findOwnerParams(params, declared) });
        } catch (error) {
          if (isAuthError(error)) mismatch = error;
          throw error;
        }
      });
      await next();
    } catch (error) {
      if (mismatch === undefined || error !== mismatch) throw error;
    }
    // Also where a middleware in between took the error for its own.
    if (mismatch !== undefined) answerWith(refusalOf(mismatch, context), context);
  };

  function ask(
    context: Context,
    principal: Principal<Claims>,
    access: Partial<RouteAccess<Claims>>,
  ): Refusal | undefined {
    try {
      guard.authorize(principal, { params: {}, ownerParams: [], ...access });
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
 * Middleware that asks for more than a valid token: `router.post("/x", enforce(requireScopes("x:write")),
 * handler)`. It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
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
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return (context, next) => pass(context, next, "enforce", (enforcer) => enforcer.policies(checked));
}

/**
 * Middleware that holds a route to its owner where no router says whose it is: a path that your own code
 * takes apart, or a router that neither sets `ctx.params` nor `ctx.routePath`. It must stand behind {@link
 * usher}.
 *
 * @param read The id that the route is about. Anything but the principal's own, a promise too, is refused.
 * @throws {ConfigurationError} No function.
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
    throw new ConfigurationError("enforceOwner: give a function from the context to an id.");
  return (context, next) =>
    pass(context, next, "enforceOwner", (enforcer) => {
      let id: unknown;
      try {
        id = read(context);
      } catch (error) {
        throw asError(error, "enforceOwner's function");
      }
      return enforcer.owner(ignorePromise(id) ? undefined : id);
    });
}

function pass(
  context: Context,
  next: Next,
  name: string,
  check: (enforcer: Enforcer) => Refusal | undefined,
): Promise<unknown> | undefined {
  const enforcer = enforcers.get(context);
  if (enforcer === undefined) throw new Error(`${name}: no usher(...) stands before this route.`);
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
