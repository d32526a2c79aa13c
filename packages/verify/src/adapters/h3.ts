import { getRouterParam, H3Event, type H3Route, type Middleware } from "h3";
import { createGuard } from "../access/guard.ts";
import { type GuardHost, structuredLogger } from "../access/guard-host.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import type { Policy } from "../access/policies.ts";
import { createRouteTable } from "../access/route-table.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { combinedAuthorization } from "../http/authorization.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import { InnerRefusal, interceptInnerRoutes } from "./h3/inner-routes.ts";
import { createRulesReader } from "./h3/rules.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./h3/backchannel-logout.ts";

type AppPrincipal = Principal<RegisteredClaims>;

declare module "h3" {
  interface H3EventContext {
    /** The user of the verified token. Absent on a public route, where no token is verified. */
    principal: AppPrincipal;
    /** On a route with `optionalAuth`: the user of the verified token, or null if the request has none. */
    optionalPrincipal: AppPrincipal | null;
  }
  interface H3RouteMeta {
    /**
     * `true` makes the route public. Every other route requires a valid token, and so does a route with
     * policies. h3 keeps the `meta` of `defineHandler` and `defineRoute` on the handler function, so it
     * applies to every route with that function. Set there, it makes no route with an owner parameter public.
     */
    readonly public?: boolean;
    /**
     * `true` accepts requests without a token: read `event.context.optionalPrincipal`. A token that is sent
     * must be valid. The route's path is not restricted to its owner, since anyone may call it. In
     * `defineHandler` and `defineRoute`, it has no effect on a route with an owner parameter, like `public`.
     */
    readonly optionalAuth?: boolean;
    /**
     * Who else may use the route, although its path belongs to someone else. Default: no one. Has an effect
     * only where the route is added (`app.get(path, handler, { meta: { owner } })`): in `defineHandler` and
     * `defineRoute`, it would apply to every route with that handler.
     */
    readonly owner?: OwnerRule<RegisteredClaims>;
    /**
     * What the route requires in addition to a valid token and the owner's path: `requireScopes(...)`,
     * `requireClaim(...)`.
     */
    readonly policies?: readonly Policy<RegisteredClaims>[];
  }
}

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/h3";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions = GuardOptions<RegisteredClaims, H3Event>;

/**
 * Guards an h3 2 app: every route and every unknown path requires a valid token, except routes with `{ meta:
 * { public: true } }`. A route whose pattern has the owner parameter is restricted to its owner. The guard
 * checks the value that `getRouterParam` decodes, and the handler then reads that value, decoded or not.
 *
 * Use it before everything except CORS, which answers preflights. A response of an earlier middleware is not
 * guarded. A later middleware that responds itself, and a server below `app.mount("/base", server.fetch)`,
 * require a token but have no owner check: give that server its own guard. The routes of a second H3 app that
 * is used as a handler (`/base/**`) or as middleware are checked too.
 *
 * Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} An invalid option, or h3 1.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/h3";
 * import { H3 } from "h3";
 *
 * const app = new H3();
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }));
 * app.get("/health", () => ({ status: "ok" }), { meta: { public: true } });
 * app.get("/api/:userId/tasks", (event) => ({ tasks: [], owner: event.context.principal.id }));
 * ```
 */
export function usher(options: UsherOptions): Middleware {
  // h3 1 has no such class.
  if ((H3Event as { __is_event__?: unknown }).__is_event__ !== true)
    throw new ConfigurationError("This is the guard for h3 2. For h3 1, use @usher-auth/verify/h3-v1.");
  const guard = createGuard<RegisteredClaims, H3Event>(options, host);
  const table = createRouteTable(guard.owners);
  const rulesOf = createRulesReader(guard.ownerParams);
  const { metadata } = guard;

  // h3 recognises middleware by its two parameters. If this were a handler, its 404 would let the request
  // pass.
  return function protect(event: H3Event, next: () => unknown): unknown {
    const document = metadata?.(event.req.method, pathOfTarget(event.req.url));
    if (document !== undefined) return responseOf(document);
    const route = event.context.matchedRoute;
    const { access, owner, policies } = rulesOf(route);
    if (access === "public") return next();
    const params = event.context.params ?? {};
    let admitted: AppPrincipal | null | Promise<AppPrincipal | null>;
    try {
      const credentials = {
        authorization: combinedAuthorization(event.req.headers),
        tokenInQuery: hasQueryToken(event.req.url),
        source: event,
      };
      admitted =
        access === "optional"
          ? guard.admitOptional(credentials)
          : guard.admit({ ...credentials, params, ownerParams: ownerParamsOf(event), owner, policies });
    } catch (error) {
      return refuse(error, event);
    }
    return admitted instanceof Promise
      ? admitted.then(
          (principal) => enter(principal, event, next),
          (error: unknown) => refuse(error, event),
        )
      : enter(admitted, event, next);
  };

  function enter(principal: AppPrincipal | null, event: H3Event, next: () => unknown): unknown {
    // A host may pass one context to several requests.
    if (principal === null) delete (event.context as { principal?: AppPrincipal }).principal;
    else event.context.principal = principal;
    event.context.optionalPrincipal = principal;
    // A second app may respond if no route matched, or one with a wildcard, or if it is the route's handler.
    // Whatever opens this route to others does not open the routes of that app.
    const route = event.context.matchedRoute;
    const { access, owner } = rulesOf(route);
    const isOpened = access === "optional" || owner !== undefined;
    return isOpened || route?.route === undefined || route.route.includes("*") || isAppHandler(route)
      ? interceptInnerRoutes(event, (inner) => checkInner(principal, event, inner), next)
      : next();
  }

  /** Checks a route of a second app, after the outer route was checked. */
  function checkInner(principal: AppPrincipal | null, event: H3Event, route: H3Route): void {
    const { access, owner, policies } = rulesOf(route);
    if (access !== "required") return;
    try {
      if (principal === null) throw new AuthError("credentials_missing", { hint: innerHint });
      const params = event.context.params ?? {};
      guard.authorize(
        principal,
        { params, ownerParams: ownerParamsOf(event, route), owner, policies },
        event,
      );
    } catch (error) {
      throw new InnerRefusal(refuse(error, event));
    }
  }

  /** The owner parameters of a route. Replaces their values by decoded ones. */
  function ownerParamsOf(event: H3Event, route = event.context.matchedRoute): readonly string[] {
    const params = event.context.params ?? {};
    const ownerParams = table.ownerParams(route?.route, params);
    for (const name of ownerParams) decodeOnce(event, params, name);
    return ownerParams;
  }

  function refuse(error: unknown, event: H3Event): Response {
    if (!isAuthError(error)) throw error;
    return responseOf(guard.refuse(error, event));
  }
}

const host: GuardHost<H3Event> = {
  adapter: "h3",
  describe: ({ req, context }) => ({
    method: req.method,
    route: context.matchedRoute?.route,
    path: req.url,
    requestId: context.requestId,
  }),
  logger: ({ context }) => structuredLogger(context.log) ?? structuredLogger(context.logger),
};

const innerHint = "a token is optional on the outer route, and required on the route of the second app";

/** Whether a route's handler is another H3 app. h3 takes its `handler`, which the app's constructor has bound. */
function isAppHandler({ handler }: H3Route): boolean {
  return handler.name === "bound handler";
}

/**
 * h3 returns a parameter as sent, or decoded if the handler asks for that. The owner check only sees one
 * value, so the decoded value replaces the other. If decoding it again would change it (an id that contains
 * `%`), it becomes empty, which is no user's id.
 */
function decodeOnce(event: H3Event, params: Record<string, string>, name: string): void {
  if (!params[name]?.includes("%")) return;
  params[name] = decode(event, name);
  if (decode(event, name) !== params[name]) params[name] = "";
}

function decode(event: H3Event, name: string): string {
  try {
    return getRouterParam(event, name, { decode: true }) ?? "";
  } catch {
    // Not UTF-8, which h3 accepts with `allowMalformedURL`. The empty string is no user's id.
    return "";
  }
}
