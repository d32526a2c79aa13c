import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createKnownRoutes } from "../access/known-routes.ts";
import type { RouteParams } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import {
  type Access,
  admitToHandler,
  type HandlerRules,
  type PathAccess,
  type PathRoute,
  readHandlerRules,
  readPathRoute,
} from "../access/path-route.ts";
import type { CheckedRules } from "../access/route-rules.ts";
import { refuseMisspelling } from "../access/route-table.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { combinedAuthorization } from "../http/authorization.ts";
import { notFound } from "../http/problem.ts";
import { hasQueryToken } from "../http/request-target.ts";
import type { WaitUntil } from "../keys/key-source.ts";
import { isNonEmptyString } from "../option-values.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./fetch/backchannel-logout.ts";
export type { Access, HandlerRules, PathAccess, PathRoute };

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/fetch";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, Request>;

/**
 * A handler of a framework whose router decodes the parameters: Next.js, SvelteKit, React Router, Bun's
 * `routes`.
 */
export interface ParamsRoute<
  Incoming extends Request,
  Rest extends unknown[],
  Params,
  Claims = TokenClaims,
  Optional extends boolean = false,
> extends HandlerRules<Claims, Optional> {
  /**
   * Returns the framework's parameters, or a promise of them, from the handler's arguments: `(request,
   * context) => context.params`. Return all of them: the owner parameter among them is checked.
   */
  readonly params: (request: Incoming, ...rest: Rest) => Params | Promise<Params>;
  /**
   * The names of optional parameters in the route's path: `["userId"]` for SvelteKit's `[[userId]]` and
   * Next.js's `[[...userId]]`. Those frameworks pass no parameter when the path omits it, so the guard cannot
   * detect this itself. A path that omits its owner is rejected for every user. Default: none.
   */
  readonly optional?: readonly string[];
}

type Answer = Response | Promise<Response>;

/** Wraps handlers that take a `Request` and return a `Response`. */
export interface FetchGuard<Claims = TokenClaims> {
  /**
   * Wraps a handler, so that it only runs with a valid token, and only on the owner's path. The handler gets
   * the request, its {@link Access}, and the server's other arguments.
   *
   * @throws {ConfigurationError} An invalid pattern or rule, another spelling of an owner parameter, or an
   *   owner rule that does not fit one of the patterns.
   */
  protect<
    const Path extends string,
    Incoming extends Request,
    Rest extends unknown[],
    Optional extends boolean = false,
  >(
    route: PathRoute<Path, Claims, Optional>,
    handler: (request: Incoming, access: PathAccess<Path, Claims, Optional>, ...rest: Rest) => Answer,
  ): (request: Incoming, ...rest: Rest) => Answer;
  protect<
    Incoming extends Request,
    Rest extends unknown[],
    Params extends object,
    Optional extends boolean = false,
  >(
    route: ParamsRoute<Incoming, Rest, Params, Claims, Optional>,
    handler: (request: Incoming, access: Access<Params, Claims, Optional>, ...rest: Rest) => Answer,
  ): (request: Incoming, ...rest: Rest) => Answer;
  /**
   * Serves the metadata of the protected resource (RFC 9728), which is public, and 404 otherwise. A handler
   * with a `path` does this by itself for every request that it gets. Use it as a route of a framework:
   * `export const GET = guard.metadata` in `app/.well-known/oauth-protected-resource/[[...path]]/route.ts`.
   *
   * @throws {ConfigurationError} When it is called, if the guard has no `protectedResource`.
   */
  readonly metadata: (request: Request) => Response;
}

/** The parameters of a request's path, and its pattern if there is one. Undefined if no pattern matches. */
type Place = { readonly params: RouteParams; readonly path?: string } | undefined;
type Locate = (request: Request, rest: unknown[]) => Place | Promise<Place>;
type AnyRoute<Claims> =
  | PathRoute<string, Claims, boolean>
  | ParamsRoute<Request, unknown[], object, Claims, boolean>;

/**
 * Guards handlers that take a `Request` and return a `Response`, on Node, Bun, Deno and Workers. A handler
 * that is not wrapped by `protect` is public: wrap the one that you pass to the server.
 *
 * Does not check ids in bodies and queries, nor in paths that a handler splits itself.
 *
 * @throws {ConfigurationError} An invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/fetch";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * export const handler = guard.protect({ path: "/api/:userId/tasks" }, (_request, { principal }) =>
 *   Response.json({ tasks: [], owner: principal.id }),
 * );
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): FetchGuard<Claims> {
  const routes = createKnownRoutes<Request>();
  const guard = createGuard<Claims, Request>(options, {
    adapter: "fetch",
    describe: (request) => ({ method: request.method, route: routes.of(request), path: request.url }),
  });
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const { metadata } = guard;

  function protect(
    route: AnyRoute<Claims>,
    handler: (request: Request, access: never, ...rest: unknown[]) => Answer,
  ): (request: Request, ...rest: unknown[]) => Answer {
    const { locate, rules } = readRoute(route, guard.ownerParams);

    return (request, ...rest) => {
      const document = metadata?.(request.method, pathnameOf(request.url) ?? "");
      if (document !== undefined) return responseOf(document);
      const place = locate(request, rest);
      return place instanceof Promise ? place.then(enter) : enter(place);

      function enter(place: Place): Answer {
        routes.keepIfObserved(request, place);
        let admitted: Principal<Claims> | null | Promise<Principal<Claims> | null>;
        try {
          admitted = admitToHandler(guard, findOwnerParams, rules, place, {
            authorization: combinedAuthorization(request.headers),
            tokenInQuery: hasQueryToken(request.url),
            source: request,
            waitUntil: waitUntilOf(rest),
          });
        } catch (error) {
          return refuse(error, place, request);
        }
        const accept = (principal: Principal<Claims> | null): Answer =>
          place === undefined
            ? responseOf(notFound)
            : handler(request, { ...place, principal } as never, ...rest);
        return admitted instanceof Promise
          ? admitted.then(accept, (error: unknown) => refuse(error, place, request))
          : accept(admitted);
      }
    };
  }

  function refuse(error: unknown, place: Place, request: Request): Response {
    if (!isAuthError(error)) throw error;
    routes.keep(request, place);
    return responseOf(guard.refuse(error, request));
  }

  return {
    protect: protect as FetchGuard<Claims>["protect"],
    metadata: ({ method, url }) => {
      if (metadata === undefined)
        throw new ConfigurationError("metadata: this guard has no protectedResource.");
      return responseOf(metadata(method, pathnameOf(url) ?? "") ?? notFound);
    },
  };
}

/**
 * Finds `waitUntil` in a context among the handler's other arguments, as Workers and edge functions pass it.
 */
function waitUntilOf(rest: readonly unknown[]): WaitUntil | undefined {
  for (const value of rest) {
    const context = value as { readonly waitUntil?: WaitUntil } | null | undefined;
    if (typeof context?.waitUntil === "function") return (work) => context.waitUntil?.(work);
  }
  return undefined;
}

function readRoute<Claims>(
  route: AnyRoute<Claims>,
  ownerParams: readonly string[],
): { readonly locate: Locate; readonly rules: CheckedRules<Claims> } {
  if (!("params" in route)) {
    const { match, rules } = readPathRoute(route, ownerParams);
    return {
      locate: (request) => {
        const pathname = pathnameOf(request.url);
        return pathname === undefined ? undefined : match(pathname);
      },
      rules,
    };
  }
  const { params } = route;
  if ("path" in route || typeof params !== "function") {
    throw new ConfigurationError(
      "protect: set either path (a pattern) or params (a function that returns the framework's parameters).",
    );
  }
  const omitted = readOptional(route.optional, ownerParams);
  // Frameworks may pass no parameters to a route that has none.
  const placeOf = (found: object | null | undefined): Place => {
    // A Map or URLSearchParams has no property of a parameter's name: no owner would be checked.
    if (found != null && Symbol.iterator in found)
      throw new TypeError("protect: params must return an object with the parameters, not a Map or a list.");
    return { params: (omitted === undefined ? (found ?? {}) : { ...omitted, ...found }) as RouteParams };
  };
  return {
    rules: readHandlerRules(route, "protect"),
    locate: (request, rest) => {
      const found = params(request, ...rest);
      // Any thenable. A promise of another realm, taken for parameters, would have no owner parameter.
      return found != null && "then" in found ? Promise.resolve(found).then(placeOf) : placeOf(found);
    },
  };
}

/**
 * Reads the optional owner parameters. Each gets the value `undefined`, which is no user's id.
 *
 * @throws {ConfigurationError} Not a list of names, or another spelling of an owner parameter.
 */
function readOptional(optional: unknown, ownerParams: readonly string[]): RouteParams | undefined {
  if (optional === undefined) return undefined;
  if (!Array.isArray(optional) || !optional.every(isNonEmptyString))
    throw new ConfigurationError('protect: optional must be a list of names, such as ["userId"].');
  for (const name of optional) refuseMisspelling(`/:${name}`, ownerParams);
  return Object.fromEntries(
    optional.filter((name) => ownerParams.includes(name)).map((name) => [name, undefined]),
  );
}

/**
 * Returns the path of a URL, or undefined if it is invalid. Some hosts pass only the path in `request.url`.
 */
function pathnameOf(url: string): string | undefined {
  try {
    return new URL(url.startsWith("/") ? `http://localhost${url}` : url).pathname;
  } catch {
    return undefined;
  }
}
