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
import { InnerRefusal, interceptInnerRoutes } from "./h3/inner-routes.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./h3/backchannel-logout.ts";

declare module "h3" {
  interface H3EventContext {
    /** The user of the verified token. Absent on a public route, where no token is verified. */
    principal: Principal<RegisteredClaims>;
  }
  interface H3RouteMeta {
    /**
     * `true` makes the route public. Every other route requires a valid token, and so does a route with
     * policies. h3 keeps the `meta` of `defineHandler` and `defineRoute` on the handler function, so it
     * applies to every route with that function. Set there, it makes no route with an owner parameter public.
     */
    readonly public?: boolean;
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
  const guard = createGuard<RegisteredClaims, H3Event>(options);
  const table = createRouteTable(guard.owners);

  // h3 recognises middleware by its two parameters. If this were a handler, its 404 would let the request
  // pass.
  return function protect(event: H3Event, next: () => unknown): unknown {
    const route = event.context.matchedRoute;
    if (route !== undefined && isPublic(route, guard.ownerParams)) return next();
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
    // A second app may respond if no route matched, or one with a wildcard.
    const { route = "*" } = event.context.matchedRoute ?? {};
    return route.includes("*")
      ? interceptInnerRoutes(event, (inner) => checkInner(principal, event, inner), next)
      : next();
  }

  /** Checks a route of a second app, after the outer route was checked. */
  function checkInner(principal: Principal<RegisteredClaims>, event: H3Event, route: H3Route): void {
    if (isPublic(route, guard.ownerParams)) return;
    const params = event.context.params ?? {};
    try {
      const ownerParams = table.ownerParams(route.route, params);
      for (const name of ownerParams) decodeOnce(event, params, name);
      guard.authorize(principal, { params, ownerParams, policies: route.meta?.policies }, event);
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
 * Whether a route is public. h3 keeps the `meta` of `defineHandler` and `defineRoute` on the handler
 * function, and so for every route with that function: there, `public` has no effect on routes with an owner
 * parameter or policies.
 */
function isPublic({ route = "", meta, handler }: H3Route, ownerParams: readonly string[]): boolean {
  if (meta?.public !== true || meta.policies !== undefined) return false;
  if ((handler as { readonly meta?: H3RouteMeta }).meta?.public !== true) return true;
  return patternNames(route).every(
    (name) => !ownerParams.includes(name) && meantOwnerParam(name, ownerParams) === undefined,
  );
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
