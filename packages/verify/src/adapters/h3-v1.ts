import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type RouteAccess } from "../access/guard.ts";
import { type GuardHost, structuredLogger } from "../access/guard-host.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { describeNodeRequest, loggerOfNodeRequest } from "../access/node-host.ts";
import type { RouteParams } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { patternNames } from "../access/pattern-names.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import { interceptParams, Refused } from "./h3-v1/params.ts";
import { type H3V1RouteRules, isChosen, type RuledRoute, readRoutes } from "./h3-v1/routes.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./h3-v1/backchannel-logout.ts";
export type { H3V1RouteRules };

/** The parts of an h3 1 event that the guard uses. */
export interface H3V1Event {
  readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
  // biome-ignore lint/suspicious/noExplicitAny: h3's own type of it.
  readonly context: Record<string, any>;
  readonly path: string;
}

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/h3-v1";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export interface UsherOptions<Claims = TokenClaims> extends GuardOptions<Claims, H3V1Event> {
  /**
   * Who else may call a route, by its method and whole path: `{ "GET /api/:userId/tasks": { owner: … } }`. A
   * parameter is a whole segment. Each rule is for this method and this route only: `HEAD` needs its own, and
   * so does a route whose pattern is another one, with the same path. Default: none.
   */
  readonly routes?: Readonly<Record<string, H3V1RouteRules<Claims>>>;
}

/** An h3 1 handler that only responds if it rejects the request. */
export type UsherHandler = (event: H3V1Event) => Promise<void>;

type Enforce = (policies: readonly Policy<never>[]) => boolean;

/** By event: the result of the last guard that accepted it. */
const principals = new WeakMap<H3V1Event, Principal<unknown> | null>();
const enforcers = new WeakMap<H3V1Event, Enforce>();

/**
 * Guards an h3 1 app, such as those of Nuxt 4 and Nitro 2: `app.use(defineEventHandler(usher({ verifier,
 * ownerParam })))`, or `export default defineEventHandler(usher(...))` in a middleware file. Everything after
 * it requires a valid token, and so do unknown paths. Everything before it is public.
 *
 * When a router sets `event.context.params`, the guard checks the owner parameter, and the handler only runs
 * on the owner's path. h3 returns a parameter as sent or decoded; the guard checks the decoded value, and the
 * handler gets that one in both cases.
 *
 * Does not check ids in bodies and queries, nor in paths that your own code splits. **Does not guard
 * WebSockets**: h3 1 runs no middleware for the upgrade of a `defineWebSocketHandler`.
 *
 * Use it after CORS, which answers preflights.
 *
 * @throws {ConfigurationError} An invalid option, or rules in `routes` that do not fit their pattern.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { principalOf, usher } from "@usher-auth/verify/h3-v1";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * // app.use(defineEventHandler(guard));
 * // router.get("/api/:userId/tasks", defineEventHandler((event) => ({ owner: principalOf(event).id })));
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): UsherHandler {
  const guard = createGuard<Claims, H3V1Event>(options, host);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const findRoute = readRoutes(options.routes, guard.ownerParams);
  const { metadata } = guard;

  return async function protect(event) {
    const { req, res } = event.node;
    // h3 removes the prefix that a handler is used at, and keeps the whole path here.
    const { originalUrl: target = event.path } = req as { originalUrl?: string };
    const document = metadata?.(req.method ?? "", pathOfTarget(target));
    if (document !== undefined) return answerWith(document, res);
    const ruled = findRoute(req.method ?? "", pathOfTarget(target));
    let principal: Principal<Claims> | null;
    try {
      const credentials = {
        authorization: authorizationOf(req),
        tokenInQuery: hasQueryToken(event.path),
        source: event,
      };
      const params = event.context.params ?? {};
      principal = await (ruled?.rules.access === "optional"
        ? guard.admitOptional(credentials)
        : guard.admit({ ...credentials, params, ownerParams: findOwnerParams(params) }));
    } catch (error) {
      return refuse(error, event);
    }
    principals.set(event, principal);
    enforcers.set(event, (policies) =>
      authorize(event, principal, () => ({
        params: {},
        ownerParams: [],
        policies: policies as readonly Policy<Claims>[],
      })),
    );
    if (principal !== null) event.context.principal = principal;
    event.context.optionalPrincipal = principal;
    interceptParams(event.context, guard.ownerParams, (params) => {
      if (!isAllowed(event, principal, params, ruled)) throw new Refused();
    });
  };

  /** Whether the principal may call the route that the router has chosen. If not, sends the response. */
  function isAllowed(
    event: H3V1Event,
    principal: Principal<Claims> | null,
    params: RouteParams,
    ruled: RuledRoute<Claims> | undefined,
  ): boolean {
    // h3 sets the route before the parameters. The pattern has the names even if the parameters are empty:
    // the path `/users/:userId`, sent literally, matches the pattern and has no parameter.
    const { path }: { path?: string } = event.context.matchedRoute ?? {};
    // The rules are for one route, and the router may have chosen another one for this path.
    const rules = ruled !== undefined && isChosen(ruled, path) ? ruled.rules : undefined;
    if (rules?.access === "optional") return true;
    const names = path === undefined ? undefined : patternNames(path);
    return authorize(event, principal, () => ({
      params,
      ownerParams: findOwnerParams(params, names),
      owner: rules?.owner,
    }));
  }

  /** Whether the principal has access. If not, sends the response. */
  function authorize(
    event: H3V1Event,
    principal: Principal<Claims> | null,
    access: () => RouteAccess<Claims>,
  ): boolean {
    try {
      if (principal === null)
        throw new AuthError("credentials_missing", { hint: "this route needs a token" });
      guard.authorize(principal, access(), event);
      return true;
    } catch (error) {
      refuse(error, event);
      return false;
    }
  }

  function refuse(error: unknown, event: H3V1Event): void {
    if (!isAuthError(error)) throw error;
    answerWith(guard.refuse(error, event), event.node.res);
  }
}

const host: GuardHost<H3V1Event> = {
  adapter: "h3-v1",
  describe: ({ node, context }) => describeNodeRequest(node.req, context.matchedRoute?.path),
  logger: ({ node, context }) =>
    structuredLogger(context.log) ?? structuredLogger(context.logger) ?? loggerOfNodeRequest(node.req),
};

/**
 * Creates a handler that also requires policies: `defineEventHandler({ onRequest:
 * enforce(requireScopes("x:write")), handler })`, or `await enforce(requireScopes("x:write"))(event)` first
 * in a handler. It throws after it has rejected the request. It must run after {@link usher}; otherwise it
 * throws, and the app answers 500.
 *
 * @throws {ConfigurationError} An invalid policy, or none.
 *
 * @example
 * ```ts
 * import { requireScopes } from "@usher-auth/verify";
 * import { enforce } from "@usher-auth/verify/h3-v1";
 *
 * const onRequest = enforce(requireScopes("tasks:write"));
 * // router.post("/tasks", defineEventHandler({ onRequest, handler }));
 * ```
 */
export function enforce<Claims = TokenClaims>(
  ...policies: readonly [Policy<Claims>, ...Policy<Claims>[]]
): UsherHandler {
  const checked = readPolicies(policies, "enforce") as readonly Policy<never>[];
  if (checked.length === 0) throw new ConfigurationError("enforce: pass at least one policy.");
  return async (event) => {
    const enforcer = enforcers.get(event);
    if (enforcer === undefined) throw new Error("enforce: no usher(...) runs before this route.");
    if (!enforcer(checked)) throw new Refused();
  };
}

/**
 * Returns the user of the verified token. `event.context.principal` is the same object, without its type.
 *
 * @throws {Error} No guard accepted this request.
 *
 * @example
 * ```ts
 * import { type H3V1Event, principalOf } from "@usher-auth/verify/h3-v1";
 *
 * export const tasks = (event: H3V1Event): object => ({ tasks: [], owner: principalOf(event).id });
 * ```
 */
export function principalOf<Claims = TokenClaims>(event: H3V1Event): Principal<Claims> {
  const principal = principals.get(event);
  if (principal === undefined || principal === null)
    throw new Error(
      "No principal was verified for this request. On a route with optionalAuth, call optionalPrincipalOf.",
    );
  return principal as Principal<Claims>;
}

/**
 * On a route with `optionalAuth`: returns the user of the verified token, or null if the request has none.
 * `event.context.optionalPrincipal` is the same, without its type.
 *
 * @throws {Error} No guard accepted this request.
 *
 * @example
 * ```ts
 * import { type H3V1Event, optionalPrincipalOf } from "@usher-auth/verify/h3-v1";
 *
 * export const greeting = (event: H3V1Event): string => `Hello ${optionalPrincipalOf(event)?.id ?? "you"}`;
 * ```
 */
export function optionalPrincipalOf<Claims = TokenClaims>(event: H3V1Event): Principal<Claims> | null {
  const principal = principals.get(event);
  if (principal === undefined) throw new Error("No usher(...) accepted this request.");
  return principal as Principal<Claims> | null;
}
