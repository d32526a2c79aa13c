import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createKnownRoutes } from "../access/known-routes.ts";
import { nodeHost } from "../access/node-host.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import {
  type Access,
  admitToHandler,
  type CheckedPathRoute,
  type HandlerRules,
  type PathAccess,
  type PathRoute,
  readPathRoute,
} from "../access/path-route.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { notFound } from "../http/problem.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./node/backchannel-logout.ts";
export type { Access, HandlerRules, PathAccess, PathRoute };

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/node";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, IncomingMessage>;

/** Connect-style middleware. */
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Guards listeners and middleware of `node:http`. */
export interface NodeGuard<Claims = TokenClaims> {
  /**
   * Wraps a request listener, so that it only runs with a valid token, and only on the owner's path. The
   * listener gets the request, the response and {@link Access}, and its result is returned. Its errors are
   * not handled: `node:http` sends no response for them.
   *
   * @throws {ConfigurationError} An invalid pattern or rule, another spelling of an owner parameter, or an
   *   owner rule that does not fit one of the patterns.
   */
  protect<const Path extends string, Optional extends boolean = false>(
    route: PathRoute<Path, Claims, Optional>,
    listener: (
      request: IncomingMessage,
      response: ServerResponse,
      access: PathAccess<Path, Claims, Optional>,
    ) => unknown,
  ): (request: IncomingMessage, response: ServerResponse) => unknown;
  /**
   * Creates Connect-style middleware that guards everything after it. The pattern is for the whole path, also
   * if the middleware is mounted below a prefix. Errors that are not rejections are passed to `next`.
   *
   * @throws {ConfigurationError} As `protect`.
   */
  middleware<const Path extends string>(route: PathRoute<Path, Claims, boolean>): ConnectMiddleware;
  /**
   * Returns the {@link Access} of a request that `middleware` accepted.
   *
   * @throws {Error} The middleware did not accept this request, or it has no token (`optionalAuth`).
   */
  accessOf(request: IncomingMessage): AnyAccess<Claims>;
  /**
   * As `accessOf`, with `optionalAuth`: the principal is null if the request has no token.
   *
   * @throws {Error} The middleware did not accept this request.
   */
  optionalAccessOf(request: IncomingMessage): AnyAccess<Claims, true>;
  /**
   * Serves the metadata of the protected resource (RFC 9728), which is public, and 404 otherwise. `protect`
   * and `middleware` do this by themselves for every request that reaches them. Use it if your server only
   * calls them for the paths of the API.
   *
   * @throws {ConfigurationError} When it is called, if the guard has no `protectedResource`.
   */
  metadata(request: IncomingMessage, response: ServerResponse): void;
}

/** The {@link Access} of any path. */
export type AnyAccess<Claims = TokenClaims, Optional extends boolean = false> = Access<
  Readonly<Record<string, string>>,
  Claims,
  Optional
> & { readonly path: string };

/**
 * Guards a `node:http` server, or a framework with Connect-style middleware. A listener that is not wrapped
 * by `protect` is public, and so is everything before the middleware.
 *
 * Does not check ids in bodies and queries, nor in paths that a listener splits itself.
 *
 * @throws {ConfigurationError} An invalid option.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/node";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * const tasks = guard.protect({ path: "/api/:userId/tasks" }, (_request, response, { principal }) => {
 *   response.end(`${principal.id} has no tasks`);
 * });
 * export const server = createServer(tasks);
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): NodeGuard<Claims> {
  const routes = createKnownRoutes<IncomingMessage>();
  const guard = createGuard<Claims, IncomingMessage>(options, nodeHost("node", routes.of));
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const { metadata } = guard;
  const accesses = new WeakMap<IncomingMessage, AnyAccess<Claims, true>>();

  function enter(
    { match, rules }: CheckedPathRoute<Claims>,
    request: IncomingMessage,
    response: ServerResponse,
    run: (access: AnyAccess<Claims, true>) => unknown,
    fail: (error: unknown) => unknown,
  ): unknown {
    const target = targetOf(request);
    const document = metadata?.(request.method ?? "", pathOfTarget(target));
    if (document !== undefined) return answerWith(document, response);
    const place = match(pathOfTarget(target));
    routes.keepIfObserved(request, place);
    let admitted: Principal<Claims> | null | Promise<Principal<Claims> | null>;
    try {
      admitted = admitToHandler(guard, findOwnerParams, rules, place, {
        authorization: authorizationOf(request),
        tokenInQuery: hasQueryToken(target),
        source: request,
      });
    } catch (error) {
      return refuse(error, place, request, response, fail);
    }
    const accept = (principal: Principal<Claims> | null): unknown =>
      place === undefined ? answerWith(notFound, response) : run({ ...place, principal });
    return admitted instanceof Promise
      ? admitted.then(accept, (error: unknown) => refuse(error, place, request, response, fail))
      : accept(admitted);
  }

  function refuse(
    error: unknown,
    place: { readonly path: string } | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    fail: (error: unknown) => unknown,
  ): unknown {
    if (!isAuthError(error)) return fail(error);
    routes.keep(request, place);
    return answerWith(guard.refuse(error, request), response);
  }

  return {
    protect: (route, listener) => {
      const checked = readPathRoute(route, guard.ownerParams);
      return (request, response) =>
        enter(checked, request, response, (access) => listener(request, response, access as never), rethrow);
    },
    middleware: (route) => {
      const checked = readPathRoute(route, guard.ownerParams);
      return (request, response, next) => {
        const accept = (access: AnyAccess<Claims, true>): void => {
          accesses.set(request, access);
          next();
        };
        enter(checked, request, response, accept, next);
      };
    },
    accessOf: (request) => {
      const access = accessOf(request);
      if (access.principal === null)
        throw new Error("accessOf: this request has no token. With optionalAuth, call optionalAccessOf.");
      return access as AnyAccess<Claims>;
    },
    optionalAccessOf: accessOf,
    metadata: (request, response) => {
      if (metadata === undefined)
        throw new ConfigurationError("metadata: this guard has no protectedResource.");
      answerWith(metadata(request.method ?? "", pathOfTarget(targetOf(request))) ?? notFound, response);
    },
  };

  function accessOf(request: IncomingMessage): AnyAccess<Claims, true> {
    const access = accesses.get(request);
    if (access === undefined)
      throw new Error("accessOf: the guard's middleware did not accept this request.");
    return access;
  }
}

/** Connect and Express remove the prefix that a middleware is mounted at, and keep the whole path here. */
function targetOf(request: IncomingMessage): string {
  const { originalUrl = request.url ?? "" } = request as { originalUrl?: string };
  return originalUrl;
}

function rethrow(error: unknown): never {
  throw error;
}
