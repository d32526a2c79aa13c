import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Env, H, RouterRoute, Schema } from "hono/types";
import { readBearer } from "../access/bearer.ts";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import type { RouteParams } from "../access/owner.ts";
import { asWritten } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import { createRouteTable } from "../access/route-table.ts";
import { refuseMisfit } from "../access/stated-rule.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import type { Connection } from "../websocket/connection.ts";
import { type OpenSession, openSession } from "../websocket/session.ts";
import { Watch } from "../websocket/watch.ts";
import { admissions } from "./hono/admission.ts";
import type { UsherEnv } from "./hono/env.ts";
import { host } from "./hono/host.ts";
import { createRuleFinder, keepRule } from "./hono/owner.ts";
import { credentialsOf } from "./hono/websocket.ts";

export type { OwnerRule } from "../access/owner-rule.ts";
export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./hono/backchannel-logout.ts";
export type { OptionalUsherEnv, UsherEnv } from "./hono/env.ts";
export { optionalAuth } from "./hono/optional-auth.ts";
export { owner } from "./hono/owner.ts";
export { sessionOf, watchSocket } from "./hono/websocket.ts";

/**
 * Options of {@link usher}. See {@link GuardOptions}.
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

type Rule<Claims> = OwnerRule<Claims> | undefined;

/** What a guard accepted, and the owner rule of the handler that runs. */
interface Accepted<Claims> {
  readonly principal: Principal<Claims>;
  rule: Rule<Claims>;
}

/** What one handler requires. Without a path, only the parameters are known. */
interface HandlerAccess<Claims> {
  readonly params: RouteParams;
  readonly path?: string;
  readonly policies?: readonly Policy<Claims>[];
  readonly rule?: Rule<Claims>;
}

/**
 * Guards a Hono app: everything that is added to it after this call requires a valid token, and so do unknown
 * paths. Everything that was added before is public.
 *
 * Every handler and middleware whose path has the owner parameter is restricted to its owner, also in apps
 * that `route()` mounts, and below a prefix with the parameter. The guard checks `c.req.param()` right before
 * the handler runs, and `c.req.valid("param")` if there is a validator. If the parameter is optional
 * (`:userId?`), the path without it is rejected for every user. A route may state exceptions with
 * {@link owner}.
 *
 * Does not check ids in bodies and queries.
 *
 * Call it after CORS was added, which answers preflights.
 *
 * @returns The same app, with the principal in its type.
 * @throws {ConfigurationError} An invalid option, or an app of another version than Hono 4.
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
  // Hono 3 has this method; Hono 4 does not.
  if (typeof app?.router?.add !== "function" || "showRoutes" in app)
    throw new ConfigurationError("usher: pass an app of Hono 4.");
  const guard = createGuard<Claims, Context>(options, host);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const table = createRouteTable(guard.owners);
  const watch = new Watch();
  const { metadata } = guard;
  /** By request: what this guard accepted, and the rule of the handler that runs. */
  const accepted = new WeakMap<Context, Accepted<Claims>>();

  app.use(async (context: Context, next) => {
    const document = metadata?.(context.req.method, pathOfTarget(context.req.url));
    if (document !== undefined) return responseOf(document);
    try {
      const admitted = guard.admit({
        authorization: credentialsOf(context.req.raw.headers),
        tokenInQuery: hasQueryToken(context.req.url),
        params: {},
        ownerParams: [],
        source: context,
        // Read only when needed: Hono throws on hosts without an execution context.
        waitUntil: (work) => context.executionCtx.waitUntil(work),
      });
      const principal = admitted instanceof Promise ? await admitted : admitted;
      keep(context, { principal, rule: undefined });
      context.set("principal", principal);
      context.set("optionalPrincipal", principal);
    } catch (error) {
      return refuse(error, context);
    }
    return next();
  });

  function keep(context: Context, entry: Accepted<Claims>): void {
    const { principal } = entry;
    const earlier = admissions.get(context)?.ownerParams;
    let enforced: readonly Policy<Claims>[] = [];
    accepted.set(context, entry);
    admissions.set(context, {
      ownerParams: earlier === undefined ? guard.ownerParams : [...earlier, ...guard.ownerParams],
      get rule() {
        return entry.rule as OwnerRule<never> | undefined;
      },
      enforce(policies: readonly Policy<Claims>[]) {
        enforced = [...enforced, ...policies];
        return authorize(context, principal, { params: {}, policies });
      },
      refuse: (error) => refuse(error, context),
      watch: (connection, rule) =>
        openSocket(context, principal, { policies: enforced, rule: rule as Rule<Claims> }, connection),
    });
  }

  /** The path that this guard applies to: a part of the app behind `basePath()`. */
  const base = app.routes.at(-1)?.path.replace(/\/\*$/, "") ?? "";
  const isGuarded = (path: string): boolean => path === base || path.startsWith(`${base}/`);

  // Every handler is added to the router with this method, including those of a mounted app.
  const { router } = app;
  const add = router.add.bind(router);
  const findRule = createRuleFinder(router, guard.ownerParams);
  router.add = (method: string, path: string, [handler, route]: [H, RouterRoute]) => {
    const rule = findRule(method, path, handler) as Rule<Claims>;
    const guarded = isGuarded(path)
      ? guardHandler(handler, path, rule)
      : guardIfAdmitted(handler, path, rule);
    // Hono's own list of routes tells middleware from handlers by their parameters (`hono/dev`), and so do
    // others.
    Object.defineProperty(guarded, "length", { value: handler.length });
    // For another guard, of this app or of one that mounts it.
    keepRule(handler, guarded, guard.ownerParams);
    // Hono copies this handler when another app mounts this one.
    route.handler = guarded;
    add(method, path, [guarded, route]);
  };

  /** Opens the session of a WebSocket. Its renewals must satisfy the same parameters, rule and policies. */
  function openSocket(
    context: Context,
    principal: Principal<Claims>,
    { policies, rule }: { policies: readonly Policy<Claims>[]; rule: Rule<Claims> },
    connection: Connection,
  ): OpenSession<never> {
    const params: Record<string, string> = { ...context.req.param() };
    const token = readBearer(credentialsOf(context.req.raw.headers), hasQueryToken(context.req.url));
    const access = { params, ownerParams: findOwnerParams(params), owner: rule, policies };
    const { verifier } = options;
    const parts = { guard, verifier, watch, request: context, connection, token, principal, access };
    return openSession(parts) as unknown as OpenSession<never>;
  }

  function guardHandler(handler: H, path: string, rule: Rule<Claims>): H {
    return (context: Context, next: () => Promise<void>) => {
      const entry = accepted.get(context);
      if (entry === undefined)
        throw new Error("usher: the guard's middleware did not run before this handler.");
      entry.rule = rule;
      return (
        authorize(context, entry.principal, { params: context.req.param(), path, rule }) ??
        authorizeValidated(context, entry) ??
        handler(context, next)
      );
    };
  }

  /**
   * For a path outside the guarded `basePath()`, which has the same router: checks only requests that the
   * guard has accepted.
   */
  function guardIfAdmitted(handler: H, path: string, rule: Rule<Claims>): H {
    const guarded = guardHandler(handler, path, rule);
    return (context: Context, next: () => Promise<void>) =>
      accepted.has(context) ? guarded(context, next) : handler(context, next);
  }

  /** Checks the parameters that a validator returned, which the handler reads with `c.req.valid("param")`. */
  function authorizeValidated(context: Context, { principal, rule }: Accepted<Claims>): Response | undefined {
    const params: unknown = context.req.valid("param" as never);
    if (typeof params !== "object" || params === null) return undefined;
    return authorize(context, principal, {
      params: asWritten(params as RouteParams, guard.ownerParams),
      rule,
    });
  }

  function authorize(
    context: Context,
    principal: Principal<Claims>,
    { params, path, policies, rule }: HandlerAccess<Claims>,
  ): Response | undefined {
    try {
      const present = findOwnerParams(params);
      // Includes optional parameters that this request omits. Such a request has no owner and is rejected.
      const ownerParams = path === undefined ? present : table.ownerParams(path, params);
      if (rule !== undefined && path !== undefined) {
        // Of all guards: a rule without `params` is for the only owner parameter of the path.
        const all = admissions.get(context)?.ownerParams.filter((name) => Object.hasOwn(params, name)) ?? [];
        refuseMisfit(rule, [...new Set([...all, ...ownerParams])], path);
      }
      guard.authorize(principal, { params, ownerParams, owner: rule, policies }, context);
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
 * Creates middleware that also requires policies: `app.post("/x", enforce(requireScopes("x:write")),
 * handler)`. It must run after {@link usher}; otherwise it throws, and the app answers 500.
 *
 * @throws {ConfigurationError} An invalid policy, or none.
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
  if (checked.length === 0) throw new ConfigurationError("enforce: pass at least one policy.");
  return async (context, next) => {
    const admission = admissions.get(context);
    if (admission === undefined) throw new Error("enforce: no usher(...) runs before this route.");
    return admission.enforce(checked) ?? next();
  };
}
