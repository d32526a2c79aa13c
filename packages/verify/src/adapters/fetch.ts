import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import type { RouteParams } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { type Access, type PathAccess, type PathRoute, readPathRoute } from "../access/path-route.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
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
export type { Access, PathAccess, PathRoute };

/**
 * Options of {@link usher}: those of a guard.
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
 * A handler whose parameters a framework's router has decoded: Next.js, SvelteKit, React Router, Bun's
 * `routes`.
 */
export interface ParamsRoute<Incoming extends Request, Rest extends unknown[], Params, Claims = TokenClaims> {
  /**
   * The framework's own parameters, out of what it calls the handler with: `(request, context) =>
   * context.params`. They may be a promise. Give all of them: the owner parameter among them is held to the
   * principal.
   */
  readonly params: (request: Incoming, ...rest: Rest) => Params | Promise<Params>;
  /**
   * The names of parameters that the route's path may leave out: `["userId"]` of SvelteKit's `[[userId]]` and
   * of Next.js's `[[...userId]]`. Those frameworks then hand over none, as they do of a route that has none.
   * The path without its owner is nobody's. Default: none, and a parameter that is not handed over is not
   * looked for.
   */
  readonly optional?: readonly string[];
  /** What the handler asks for besides a valid token and the owner's path. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[];
}

type Answer = Response | Promise<Response>;

/** Wraps handlers that take a `Request` and return a `Response`. */
export interface FetchGuard<Claims = TokenClaims> {
  /**
   * Makes a handler that runs for a valid token only, and on the owner's own path only. It is called with the
   * request, its {@link Access}, and whatever else the server calls it with.
   *
   * @throws {ConfigurationError} A pattern or a policy that is none; an owner parameter in another spelling.
   */
  protect<const Path extends string, Incoming extends Request, Rest extends unknown[]>(
    route: PathRoute<Path, Claims>,
    handler: (request: Incoming, access: PathAccess<Path, Claims>, ...rest: Rest) => Answer,
  ): (request: Incoming, ...rest: Rest) => Answer;
  protect<Incoming extends Request, Rest extends unknown[], Params extends object>(
    route: ParamsRoute<Incoming, Rest, Params, Claims>,
    handler: (request: Incoming, access: Access<Params, Claims>, ...rest: Rest) => Answer,
  ): (request: Incoming, ...rest: Rest) => Answer;
}

/** Where a request leads: nowhere, or to these parameters. */
type Place = { readonly params: RouteParams } | undefined;
type Locate = (request: Request, rest: unknown[]) => Place | Promise<Place>;
type AnyRoute<Claims> = PathRoute<string, Claims> | ParamsRoute<Request, unknown[], object, Claims>;

/**
 * Guards handlers of the fetch kind, on any runtime that has `Request` and `Response`: Node, Bun, Deno,
 * Workers.
 *
 * What `protect` does not wrap is public: wrap the handler that the server is given. Does not check ids in
 * bodies and queries, nor paths that a handler takes apart by itself.
 *
 * @throws {ConfigurationError} A bad option.
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
  const guard = createGuard<Claims, Request>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  function protect(
    route: AnyRoute<Claims>,
    handler: (request: Request, access: never, ...rest: unknown[]) => Answer,
  ): (request: Request, ...rest: unknown[]) => Answer {
    const { locate, policies } = readRoute(route, guard.ownerParams);

    return (request, ...rest) => {
      const place = locate(request, rest);
      return place instanceof Promise ? place.then(enter) : enter(place);

      function enter(place: Place): Answer {
        const params = place?.params ?? {};
        let admitted: Principal<Claims> | Promise<Principal<Claims>>;
        try {
          admitted = guard.admit({
            authorization: combinedAuthorization(request.headers),
            tokenInQuery: hasQueryToken(request.url),
            params,
            ownerParams: findOwnerParams(params),
            policies: place && policies,
            source: request,
            waitUntil: waitUntilOf(rest),
          });
        } catch (error) {
          return refuse(error, request);
        }
        const accept = (principal: Principal<Claims>): Answer =>
          place === undefined
            ? responseOf(notFound)
            : handler(request, { ...place, principal } as never, ...rest);
        return admitted instanceof Promise
          ? admitted.then(accept, (error: unknown) => refuse(error, request))
          : accept(admitted);
      }
    };
  }

  function refuse(error: unknown, request: Request): Response {
    if (!isAuthError(error)) throw error;
    return responseOf(guard.refuse(error, request));
  }

  return { protect: protect as FetchGuard<Claims>["protect"] };
}

/**
 * What a Worker or an edge function is called with besides the request has a context, and that a `waitUntil`.
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
): { readonly locate: Locate; readonly policies: readonly Policy<Claims>[] } {
  if (!("params" in route)) {
    const { match, policies } = readPathRoute(route, ownerParams);
    return {
      locate: (request) => {
        const pathname = pathnameOf(request.url);
        return pathname === undefined ? undefined : match(pathname);
      },
      policies,
    };
  }
  const { params } = route;
  if ("path" in route || typeof params !== "function") {
    throw new ConfigurationError(
      "protect: say path (a pattern), or params (a function that tells the framework's own).",
    );
  }
  const leftOut = readOptional(route.optional, ownerParams);
  // A route without parameters may have none.
  const placeOf = (found: object | null | undefined): Place => ({
    params: (leftOut === undefined ? (found ?? {}) : { ...leftOut, ...found }) as RouteParams,
  });
  return {
    policies: readPolicies(route.policies, "protect"),
    locate: (request, rest) => {
      const found = params(request, ...rest);
      // Any thenable: a promise of another realm, taken for parameters, would have no owner among them.
      return found != null && "then" in found ? Promise.resolve(found).then(placeOf) : placeOf(found);
    },
  };
}

/**
 * The owner parameters that a path may leave out, each without a value, which is nobody's.
 *
 * @throws {ConfigurationError} What is no list of names; an owner parameter in another spelling.
 */
function readOptional(optional: unknown, ownerParams: readonly string[]): RouteParams | undefined {
  if (optional === undefined) return undefined;
  if (!Array.isArray(optional) || !optional.every(isNonEmptyString))
    throw new ConfigurationError('protect: optional is a list of names, such as ["userId"].');
  for (const name of optional) refuseMisspelling(`/:${name}`, ownerParams);
  return Object.fromEntries(
    optional.filter((name) => ownerParams.includes(name)).map((name) => [name, undefined]),
  );
}

/** Nothing of what is no URL. Hosts that imitate a request may hand in its target alone. */
function pathnameOf(url: string): string | undefined {
  try {
    return new URL(url.startsWith("/") ? `http://localhost${url}` : url).pathname;
  } catch {
    return undefined;
  }
}
