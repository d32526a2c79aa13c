import type { AnyElysia, Elysia } from "elysia";
import { createGuard, type Guard } from "../access/guard.ts";
import { structuredLogger } from "../access/guard-host.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { type AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { pathOfTarget } from "../http/request-target.ts";
import { checkedOwner } from "./elysia/checked-owner.ts";
import { createDecider, type Decide, type Decision } from "./elysia/decide.ts";
import { createHook, createMark, type Hook, type RouteOptions } from "./elysia/marks.ts";
import { createRouteFinder, findRoutesWithoutHooks, followApp, type RouteLists } from "./elysia/routes.ts";
import { createSocketGuard } from "./elysia/websocket.ts";

export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./elysia/backchannel-logout.ts";
export type { RouteOptions } from "./elysia/marks.ts";
export { sessionOf } from "./elysia/websocket.ts";

/** What handlers get from the guard. */
export type PrincipalContext<Claims = TokenClaims> = {
  /** The user of the verified token. Absent on a public route, and in a request without a token. */
  readonly principal: Principal<Claims>;
  /** On a route with `optionalAuth`: the user of the verified token, or null if the request has none. */
  readonly optionalPrincipal: Principal<Claims> | null;
};

/** What the guard adds to the type of an app. */
export type UsherElysia<Claims = TokenClaims> = Elysia<
  "",
  // biome-ignore lint/complexity/noBannedTypes: how Elysia writes that there is none.
  { decorator: {}; store: {}; derive: PrincipalContext<Claims>; resolve: {} },
  // biome-ignore lint/complexity/noBannedTypes: as above.
  { typebox: {}; error: {} },
  // biome-ignore lint/complexity/noBannedTypes: as above.
  { schema: {}; standaloneSchema: {}; macro: RouteOptions<Claims>; macroFn: {}; parser: {}; response: {} }
>;

/** Where plugins for logging put their logger. */
interface LoggingContext {
  readonly log?: unknown;
  readonly logger?: unknown;
}

/** How an Elysia hook sends a response. */
type Status = (status: number, response: Response) => object;

/**
 * Guards an Elysia 1.4 app: every route and every unknown path requires a valid token, except routes with `{
 * public: true }`. Handlers get `principal`, which is absent on a public route. A route whose pattern has the
 * owner parameter is restricted to its owner. The guard checks the value that Elysia decoded, and again the
 * value after the `params` schema. Set `public`, `optionalAuth`, `owner` and `policies` in the options of a
 * route, `group()`, `guard()` with a callback, `mount()` or a macro; `policies` also in `guard()` without a
 * callback.
 *
 * Add it after CORS, otherwise rejections have no CORS headers, and before the routes, on the app that
 * listens or in a plugin of it. To get its types in other files, use the same guard there. A server below
 * `app.mount` requires a token but has no owner check. Elysia parses bodies before it runs hooks: limit them
 * with `maxRequestBodySize`.
 *
 * Does not check ids in bodies and queries, nor changes by later hooks (`resolve`, `beforeHandle`).
 *
 * @throws {ConfigurationError} An invalid option. Also when the guard, or an app with it, is added to an app:
 *   that app has routes already, has `aot: false`, which lacks the hooks for constant responses, is the inner
 *   app of a `group()`, or already uses a plugin with the same name.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/elysia";
 * import { Elysia } from "elysia";
 *
 * new Elysia()
 *   .use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }))
 *   .get("/health", () => ({ status: "ok" }), { public: true })
 *   .get("/api/:userId/tasks", ({ principal }) => ({ tasks: [], owner: principal.id }));
 * ```
 */
export function usher<Claims = TokenClaims>(
  options: GuardOptions<Claims, Request>,
): (app: AnyElysia) => UsherElysia<Claims> {
  /** By request: the logger of a plugin in the app's context. */
  const loggers = new WeakMap<Request, unknown>();
  const guard: Guard<Claims, Request> = createGuard<Claims, Request>(options, {
    adapter: "elysia",
    describe: (request) => ({
      method: request.method,
      route: decide.last(request)?.route,
      path: request.url,
    }),
    logger: (request) => structuredLogger(loggers.get(request)),
  });
  const decide: Decide<Claims> = createDecider(guard);
  const guardSockets = createSocketGuard(guard, options.verifier, decide);
  /** A macro that no route can use. It marks apps that have this guard. */
  const guarded = Symbol("usher");
  let count = 0;

  return (app) => {
    // Elysia 1.3 keeps macros elsewhere.
    const { extender } = app as unknown as { extender?: { macro?: unknown } };
    if (extender?.macro === undefined) throw new ConfigurationError("usher: use it on an app of Elysia 1.4.");
    const lists = followApp(app, ({ extender }) => guarded in extender.macro);
    const findRoutes = createRouteFinder(lists);
    // Elysia parses the source of a hook and only prepares the properties that it names.
    const admit = createHook("derive", async ({ request, route, params, status, log, logger }) => {
      keepLogger(request, log ?? logger);
      const routes = findRoutes(request.method, route);
      guardSockets(routes);
      const outcome = await decide(request, route, params, routes).outcome;
      if (outcome === "public" || outcome === null) return { optionalPrincipal: null };
      return isAuthError(outcome)
        ? refuseBy(status, outcome, request)
        : { principal: outcome, optionalPrincipal: outcome };
    });
    // Schemas and hooks may have changed the parameters since the first check.
    const recheck = createHook("resolve", ({ request, params, status }) => {
      return checkAgain(request, status, (decision) => decide.authorize(decision, params));
    });
    return (
      app
        .macro({
          [guarded]: {},
          public: (value: unknown) => (value === undefined ? {} : markBy({ public: value === true })),
          policies: (value?: readonly Policy<Claims>[]) =>
            value === undefined ? {} : transformBy(markPolicies(value)),
          optionalAuth: (value: unknown) =>
            value === undefined ? {} : markBy({ optionalAuth: value === true }),
          owner: (value?: OwnerRule<Claims>) =>
            value === undefined ? {} : markBy({ owner: checkedOwner(value) }),
        } as never)
        .wrap((fetch, request) => async (...input: unknown[]) => {
          const document = guard.metadata?.(request.method, pathOfTarget(request.url));
          if (document !== undefined) return responseOf(document);
          decide.begin(request);
          const response = (await fetch(...input)) as object;
          return decide.isDecided(request) ? response : answerUnseen(response, request, lists);
        })
        .onTransform({ as: "global" }, admit as never)
        .onBeforeHandle({ as: "global" }, recheck as never)
        // For unknown paths, and for bodies that could not be parsed: Elysia parses them before any hook.
        .onError({ as: "global" }, async ({ request, route, params, ...context }) => {
          if (decide.isDecided(request)) return;
          const { log, logger } = context as LoggingContext;
          keepLogger(request, log ?? logger);
          const outcome = await decide(request, route, params, findRoutes(request.method, route)).outcome;
          return isAuthError(outcome) ? refuse(outcome, request) : undefined;
        }) as unknown as UsherElysia<Claims>
    );
  };

  function keepLogger(request: Request, logger: unknown): void {
    if (logger !== undefined) loggers.set(request, logger);
  }

  function markBy(options: RouteOptions<Claims>): object {
    return transformBy(createMark(options, () => ({})));
  }

  /**
   * Elysia runs macros with the same seed once. Without a unique seed, two rules that look the same as JSON
   * would count as one.
   */
  function transformBy(transform: Hook): object {
    return { seed: `usher ${++count}`, transform };
  }

  /**
   * Creates a hook that carries policies along with a route into any app that uses it, even one that the
   * guard does not know. Elysia also leaves it in the options of the route: in an app with another guard,
   * that guard reads it.
   */
  function markPolicies(value: readonly Policy<Claims>[]): Hook {
    const policies = readPolicies(value, "usher");
    return createMark({ policies }, ({ request, params, status }) =>
      checkAgain(request, status, (decision) => {
        if (policies.every((policy) => decision.policies.includes(policy))) return;
        decide.authorize(decision, params, policies);
      }),
    );
  }

  /** Checks an accepted request again, and sends the response if it is rejected now. */
  function checkAgain(request: Request, status: Status, check: (decision: Decision<Claims>) => void): object {
    const decision = decide.last(request);
    try {
      if (decision !== undefined) check(decision);
      return {};
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return refuseBy(status, error, request);
    }
  }

  /** Elysia runs no hook for a constant response with hooks of every kind. Checks such a request here. */
  async function answerUnseen(response: object, request: Request, lists: RouteLists): Promise<object> {
    const candidates = findRoutesWithoutHooks(lists(), request);
    const outcome = await decide(request, candidates[0]?.path, {}, candidates).outcome;
    return isAuthError(outcome) ? refuse(outcome, request) : response;
  }

  function refuseBy(status: Status, error: AuthError, request: Request): object {
    const refusal = refuse(error, request);
    return status(refusal.status, refusal);
  }

  function refuse(error: AuthError, request: Request): Response {
    return responseOf(guard.refuse(error, request));
  }
}
