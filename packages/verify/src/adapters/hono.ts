import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Env, H, RouterRoute, Schema } from "hono/types";
import { readBearer } from "../access/bearer.ts";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import type { RouteParams } from "../access/owner.ts";
import { asWritten } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import { createRouteTable } from "../access/route-table.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { hasQueryToken } from "../http/request-target.ts";
import type { Connection } from "../websocket/connection.ts";
import { type OpenSession, openSession } from "../websocket/session.ts";
import { Watch } from "../websocket/watch.ts";
import { admissions } from "./hono/admission.ts";
import { credentialsOf } from "./hono/websocket.ts";

export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./hono/backchannel-logout.ts";
export { sessionOf, watchSocket } from "./hono/websocket.ts";

/** What a context has behind the guard: `c.var.principal`, `c.get("principal")`. */
export interface UsherEnv<Claims = TokenClaims> {
  Variables: {
    /** Who the verified token speaks for. */
    principal: Principal<Claims>;
  };
}

/**
 * Options of {@link usher}: those of a guard.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/hono";
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
 * Guards a Hono app: everything that is added to it from now on needs a valid token, unknown paths too. What
 * was added before is public.
 *
 * Every handler and middleware whose path has the owner parameter is held to its owner just before it runs,
 * on the `c.req.param()` that it gets, and on what a validator made of it (`c.req.valid("param")`); be it
 * added to this app, to one that is mounted in it by `route()`, or below a prefix with the parameter. An
 * optional one (`:userId?`) that is left out is nobody's. Does not check ids in bodies and queries.
 *
 * Put it after CORS, which answers preflights.
 *
 * @returns The same app, typed to have the principal.
 * @throws {ConfigurationError} A bad option; an app of another version than Hono 4.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const open = new Hono().get("/health", (c) => c.json({ status: "ok" })); // public
 * const app = usher(open, { verifier: verifierFromEnv(), ownerParam: "userId" });
 * app.get("/api/:userId/tasks", (c) => c.json({ tasks: [], owner: c.var.principal.id }));
 * ```
 */
export function usher<AppEnv extends Env, Routes extends Schema, Base extends string, Claims = TokenClaims>(
  app: Hono<AppEnv, Routes, Base>,
  options: UsherOptions<Claims>,
): Hono<AppEnv & UsherEnv<Claims>, Routes, Base> {
  // Hono 3 has this method, and 4 no longer.
  if (typeof app?.router?.add !== "function" || "showRoutes" in app)
    throw new ConfigurationError("usher: give an app of Hono 4.");
  const guard = createGuard<Claims, Context>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const table = createRouteTable(guard.ownerParams);
  const watch = new Watch();
  /** By request: whom this guard let in, whatever the app does to its variables. */
  const principals = new WeakMap<Context, Principal<Claims>>();

  app.use(async (context: Context, next) => {
    try {
      const admitted = guard.admit({
        authorization: credentialsOf(context.req.raw.headers),
        tokenInQuery: hasQueryToken(context.req.url),
        params: {},
        ownerParams: [],
        source: context,
        // Asked for only when it is needed: on hosts that have none, Hono throws.
        waitUntil: (work) => context.executionCtx.waitUntil(work),
      });
      const principal = admitted instanceof Promise ? await admitted : admitted;
      principals.set(context, principal);
      let enforced: readonly Policy<Claims>[] = [];
      admissions.set(context, {
        enforce(policies: readonly Policy<Claims>[]) {
          enforced = [...enforced, ...policies];
          return authorize(context, principal, {}, undefined, policies);
        },
        watch: (connection) => watchOver(context, principal, enforced, connection),
      });
      context.set("principal", principal);
    } catch (error) {
      return refuse(error, context);
    }
    return next();
  });

  /** The pattern of what this app has a say in: less than all of it behind `basePath()`. */
  const base = app.routes.at(-1)?.path.replace(/\/\*$/, "") ?? "";
  const isGuarded = (path: string): boolean => path === base || path.startsWith(`${base}/`);

  // Each handler of an app, of a mounted one too, comes by here on its way into the router.
  const { router } = app;
  const add = router.add.bind(router);
  router.add = (method: string, path: string, [handler, route]: [H, RouterRoute]) => {
    const held = isGuarded(path) ? hold(handler, path) : holdWhereGuarded(handler, path);
    // From here an app is copied into the one that mounts it.
    route.handler = held;
    add(method, path, [held, route]);
  };

  /** Only for a socket: what it was opened by counts again for each fresh token. */
  function watchOver(
    context: Context,
    principal: Principal<Claims>,
    policies: readonly Policy<Claims>[],
    connection: Connection,
  ): OpenSession<never> {
    const params: Record<string, string> = { ...context.req.param() };
    const token = readBearer(credentialsOf(context.req.raw.headers), hasQueryToken(context.req.url));
    const access = { params, ownerParams: findOwnerParams(params), policies };
    const { verifier } = options;
    const parts = { guard, verifier, watch, request: context, connection, token, principal, access };
    return openSession(parts) as unknown as OpenSession<never>;
  }

  function hold(handler: H, path: string): H {
    return (context: Context, next: () => Promise<void>) => {
      const principal = principals.get(context);
      if (principal === undefined)
        throw new Error("usher: its own middleware did not run before this handler.");
      return (
        authorize(context, principal, context.req.param(), path) ??
        authorizeValidated(context, principal) ??
        handler(context, next)
      );
    };
  }

  /**
   * For a path outside of the `basePath()` that is guarded: its router is the same, and it is open but where
   * both fit.
   */
  function holdWhereGuarded(handler: H, path: string): H {
    const held = hold(handler, path);
    return (context: Context, next: () => Promise<void>) =>
      principals.has(context) ? held(context, next) : handler(context, next);
  }

  /** What a validator before this handler has made of the parameters, for `c.req.valid("param")`. */
  function authorizeValidated(context: Context, principal: Principal<Claims>): Response | undefined {
    const params: unknown = context.req.valid("param" as never);
    if (typeof params !== "object" || params === null) return undefined;
    return authorize(context, principal, asWritten(params as RouteParams, guard.ownerParams));
  }

  function authorize(
    context: Context,
    principal: Principal<Claims>,
    params: RouteParams,
    path?: string,
    policies?: readonly Policy<Claims>[],
  ): Response | undefined {
    try {
      const present = findOwnerParams(params);
      // Also those that the path has and that may be left out, which are then nobody's.
      const ownerParams = path === undefined ? present : table.ownerParams(path, params);
      guard.authorize(principal, { params, ownerParams, policies });
      return undefined;
    } catch (error) {
      return refuse(error, context);
    }
  }

  function refuse(error: unknown, context: Context): Response {
    if (!isAuthError(error)) throw error;
    return responseOf(guard.refuse(error, context));
  }

  return app as unknown as Hono<AppEnv & UsherEnv<Claims>, Routes, Base>;
}

/**
 * Middleware that asks for more than a valid token: `app.post("/x", enforce(requireScopes("x:write")),
 * handler)`. It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
 *
 * @example
 * ```ts
 * import { requireScopes, verifierFromEnv } from "@usher-auth/verify";
 * import { enforce, usher } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const app = usher(new Hono(), { verifier: verifierFromEnv(), ownerParam: "userId" });
 * app.post("/tasks", enforce(requireScopes("tasks:write")), (c) => c.body(null, 201));
 * ```
 */
export function enforce<Claims = TokenClaims>(
  ...policies: readonly [Policy<Claims>, ...Policy<Claims>[]]
): MiddlewareHandler<UsherEnv<Claims>> {
  const checked = readPolicies(policies, "enforce") as readonly Policy<never>[];
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return async (context, next) => {
    const admission = admissions.get(context);
    if (admission === undefined) throw new Error("enforce: no usher(...) stands before this route.");
    return admission.enforce(checked) ?? next();
  };
}
