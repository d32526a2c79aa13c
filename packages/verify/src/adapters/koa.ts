import type { Context, Middleware } from "koa";
import { type AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { createGuard, type GuardOptions } from "../guard.ts";
import { authorizationOf } from "../node-headers.ts";
import type { RouteParams } from "../owner.ts";
import { createOwnerParamFinder } from "../owner-params.ts";
import { type Policy, readPolicies } from "../policy.ts";
import type { Principal, TokenClaims } from "../principal.ts";
import type { Refusal } from "../problem.ts";
import { hasQueryToken } from "../query-token.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./koa/backchannel-logout.ts";

/** What `ctx.state` has behind the guard: `new Koa<UsherState>()`, `new Router<UsherState>()`. */
export interface UsherState<Claims = TokenClaims> {
  /** Who the verified token speaks for. */
  principal: Principal<Claims>;
}

/** A middleware of Koa's. It has a name of ours, so that the type of `export const guard = usher(...)` has one in every project. */
export interface UsherMiddleware<Claims = TokenClaims> extends Middleware<UsherState<Claims>> {}

/** Options of {@link usher}: those of a guard. */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, Context>;

/** By request: how the guard that let it in last asks for more, and its refusal where there is not more. */
const enforcers = new WeakMap<object, (policies: readonly Policy<never>[]) => Refusal | undefined>();

/**
 * Guards a Koa app: everything after this middleware needs a valid token, unknown paths too. What stands before it is
 * public.
 *
 * Whenever a router then sets `ctx.params` (as @koa/router does before each route that it runs), the owner parameter
 * among them is held to the principal, and a route for another's path does not run. Does not check ids in bodies and
 * queries, nor paths that your own code takes apart without a router.
 *
 * Put it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} A bad option.
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
    enforcers.set(context, (policies) => {
      try {
        guard.authorize(principal, { params: {}, ownerParams: [], policies: policies as readonly Policy<Claims>[] });
        return undefined;
      } catch (error) {
        return refusalOf(error, context);
      }
    });
    const mismatch = holdParams(context, (params) =>
      guard.authorize(principal, { params, ownerParams: findOwnerParams(params) }),
    );
    try {
      await next();
    } catch (error) {
      if (error !== mismatch()) throw error;
    }
    // Also where a middleware in between took the error for its own.
    if (mismatch() !== undefined) answerWith(refusalOf(mismatch(), context), context);
  };

  function refusalOf(error: unknown, context: Context): Refusal {
    if (!isAuthError(error)) throw error;
    return guard.refuse(error, context);
  }
}

/**
 * Middleware that asks for more than a valid token: `router.post("/x", enforce(requireScopes("x:write")), handler)`.
 * It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
 */
export function enforce<Claims = TokenClaims>(
  ...policies: readonly [Policy<Claims>, ...Policy<Claims>[]]
): UsherMiddleware<Claims> {
  const checked = readPolicies(policies, "enforce");
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return (context, next) => {
    const enforcer = enforcers.get(context);
    if (enforcer === undefined) throw new Error("enforce: no usher(...) stands before this route.");
    const refusal = enforcer(checked as readonly Policy<never>[]);
    return refusal === undefined ? next() : answerWith(refusal, context);
  };
}

/** Checks `ctx.params` whenever they are set, which stops the router that sets them; remembers why. */
function holdParams(context: object, check: (params: RouteParams) => void): () => AuthError | undefined {
  let mismatch: AuthError | undefined;
  let current: RouteParams | undefined = (context as { params?: RouteParams }).params;
  /** That of another guard before this one. */
  const earlier = Object.getOwnPropertyDescriptor(context, "params")?.set;
  Object.defineProperty(context, "params", {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (params: RouteParams) => {
      earlier?.(params);
      try {
        check(params);
      } catch (error) {
        if (isAuthError(error)) mismatch = error;
        throw error;
      }
      current = params;
    },
  });
  return () => mismatch;
}

function answerWith({ status, headers, body }: Refusal, context: Context): void {
  context.status = status;
  context.set(headers);
  context.body = body;
}
