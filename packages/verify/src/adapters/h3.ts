import { getRouterParam, H3Event, type H3Route, type H3RouteMeta, type Middleware } from "h3";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { meantOwnerParam } from "../access/owner-params.ts";
import { patternNames } from "../access/pattern-names.ts";
import type { Policy } from "../access/policies.ts";
import { createRouteTable } from "../access/route-table.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { combinedAuthorization } from "../http/authorization.ts";
import { hasQueryToken } from "../http/request-target.ts";
import { holdInnerRoutes, InnerRefusal } from "./h3/inner-routes.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./h3/backchannel-logout.ts";

declare module "h3" {
  interface H3EventContext {
    /** Who the verified token speaks for. Absent on a public route: nobody was verified there. */
    principal: Principal<RegisteredClaims>;
  }
  interface H3RouteMeta {
    /**
     * `true` lets everybody in, unverified. Every other route needs a valid token, and so does one with
     * policies. Given to `defineHandler` or `defineRoute`, h3 keeps it on the handler's function, for every
     * route that has the same function: then it opens no route with an owner parameter.
     */
    readonly public?: boolean;
    /**
     * What the route asks for besides a valid token and the owner's path: `requireScopes(...)`,
     * `requireClaim(...)`.
     */
    readonly policies?: readonly Policy<RegisteredClaims>[];
  }
}

/**
 * Options of {@link usher}: those of a guard.
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
 * Guards an h3 app: `app.use(usher({ verifier, ownerParam: "userId" }))`. Every route, and every path that is
 * none, needs a valid token, unless its route says `{ meta: { public: true } }`. Each route whose pattern has
 * the owner parameter is held to its owner, on the value that `getRouterParam` decodes; the handler then
 * reads that value, decoded or not.
 *
 * Use it before everything else but CORS, so that refusals carry CORS headers and preflights are answered:
 * what an earlier middleware answers is not guarded. A later middleware that answers by itself is behind a
 * token, but has no route, and so no owner. The same holds for a server below `app.mount("/base",
 * server.fetch)`: give that one a guard of its own. A second H3 app that answers as a handler, below
 * `/base/**` or as middleware, is held by its own routes as well. Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} A bad option; h3 1.
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
  // Events of h3 1 are no such class.
  if ((H3Event as { __is_event__?: unknown }).__is_event__ !== true)
    throw new ConfigurationError(
      "This is the guard for h3 2: for h3 1, take the one of @usher-auth/verify/h3-v1.",
    );
  const guard = createGuard<RegisteredClaims, H3Event>(options);
  const table = createRouteTable(guard.ownerParams);

  // Two parameters, by which h3 tells a middleware from a handler: a handler's 404 would let the request
  // through.
  return function protect(event: H3Event, next: () => unknown): unknown {
    const route = event.context.matchedRoute;
    if (route !== undefined && isOpen(route, guard.ownerParams)) return next();
    const params = event.context.params ?? {};
    let admitted: Principal<RegisteredClaims> | Promise<Principal<RegisteredClaims>>;
    try {
      const ownerParams = table.ownerParams(route?.route, params);
      for (const name of ownerParams) decodeOnce(event, params, name);
      admitted = guard.admit({
        authorization: combinedAuthorization(event.req.headers),
        tokenInQuery: hasQueryToken(event.req.url),
        params,
        ownerParams,
        policies: route?.meta?.policies,
        source: event,
      });
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

  function enter(principal: Principal<RegisteredClaims>, event: H3Event, next: () => unknown): unknown {
    event.context.principal = principal;
    // Without a route, or for any rest of a path, a second app may be what answers.
    const { route = "*" } = event.context.matchedRoute ?? {};
    return route.includes("*")
      ? holdInnerRoutes(event, (inner) => judge(principal, event, inner), next)
      : next();
  }

  /** Of a second app, below the route that was judged before. */
  function judge(principal: Principal<RegisteredClaims>, event: H3Event, route: H3Route): void {
    if (isOpen(route, guard.ownerParams)) return;
    const params = event.context.params ?? {};
    try {
      const ownerParams = table.ownerParams(route.route, params);
      for (const name of ownerParams) decodeOnce(event, params, name);
      guard.authorize(principal, { params, ownerParams, policies: route.meta?.policies });
    } catch (error) {
      throw new InnerRefusal(refuse(error, event));
    }
  }

  function refuse(error: unknown, event: H3Event): Response {
    if (!isAuthError(error)) throw error;
    return responseOf(guard.refuse(error, event));
  }
}

/**
 * Whether a route is public. h3 keeps what `defineHandler` and `defineRoute` are told on the handler itself,
 * and with it for every other route that has the same function: that opens none which has an owner or
 * policies.
 */
function isOpen({ route = "", meta, handler }: H3Route, ownerParams: readonly string[]): boolean {
  if (meta?.public !== true || meta.policies !== undefined) return false;
  if ((handler as { readonly meta?: H3RouteMeta }).meta?.public !== true) return true;
  return patternNames(route).every(
    (name) => !ownerParams.includes(name) && meantOwnerParam(name, ownerParams) === undefined,
  );
}

/**
 * h3 hands a parameter out as it was sent, or decoded when the handler asks for that: two values, of which
 * the owner check sees one. So the decoded one takes the place of the other, and where decoding it again
 * would make a third (an id with a `%` in it), none is left, which is nobody's.
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
    // Not UTF-8 (h3 lets it through with `allowMalformedURL`): no name for anybody.
    return "";
  }
}
