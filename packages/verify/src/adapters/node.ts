import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import {
  type Access,
  type CheckedPathRoute,
  type PathAccess,
  type PathRoute,
  readPathRoute,
} from "../access/path-route.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { isAuthError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { notFound } from "../http/problem.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./node/backchannel-logout.ts";
export type { Access, PathAccess, PathRoute };

/**
 * Options of {@link usher}: those of a guard.
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

/** Middleware as Connect has it. */
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Guards listeners and middleware of `node:http`. */
export interface NodeGuard<Claims = TokenClaims> {
  /**
   * Makes a request listener that runs for a valid token only, and on the owner's own path only. It is called
   * with request, response and {@link Access}, and what it returns (a promise, perhaps) is returned. An error
   * that it throws is left to the caller: `node:http` answers none.
   *
   * @throws {ConfigurationError} A pattern or a policy that is none; an owner parameter in another spelling.
   */
  protect<const Path extends string>(
    route: PathRoute<Path, Claims>,
    listener: (
      request: IncomingMessage,
      response: ServerResponse,
      access: PathAccess<Path, Claims>,
    ) => unknown,
  ): (request: IncomingMessage, response: ServerResponse) => unknown;
  /**
   * The same as Connect-style middleware, which what stands after it is guarded by. Patterns are those of the
   * whole path, wherever it is mounted. What fails and is no refusal goes to `next`.
   *
   * @throws {ConfigurationError} As `protect`.
   */
  middleware<const Path extends string>(route: PathRoute<Path, Claims>): ConnectMiddleware;
  /**
   * What `middleware` found out about a request.
   *
   * @throws {Error} It did not let this request in.
   */
  accessOf(
    request: IncomingMessage,
  ): Access<Readonly<Record<string, string>>, Claims> & { readonly path: string };
}

/**
 * Guards a server of plain `node:http`, or of a framework that takes Connect-style middleware.
 *
 * What is not wrapped by `protect`, or stands before the middleware, is public. Does not check ids in bodies
 * and queries, nor paths that a listener takes apart by itself.
 *
 * @throws {ConfigurationError} A bad option.
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
  const guard = createGuard<Claims, IncomingMessage>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  type AnyAccess = ReturnType<NodeGuard<Claims>["accessOf"]>;
  const accesses = new WeakMap<IncomingMessage, AnyAccess>();

  function enter(
    { match, policies }: CheckedPathRoute<Claims>,
    request: IncomingMessage,
    response: ServerResponse,
    run: (access: AnyAccess) => unknown,
    fail: (error: unknown) => unknown,
  ): unknown {
    // Connect and Express cut off the path that a middleware is mounted at, and keep the whole one here.
    const { originalUrl: target = request.url ?? "" } = request as { originalUrl?: string };
    const place = match(pathOfTarget(target));
    const params = place?.params ?? {};
    let admitted: Principal<Claims> | Promise<Principal<Claims>>;
    try {
      admitted = guard.admit({
        authorization: authorizationOf(request),
        tokenInQuery: hasQueryToken(target),
        params,
        ownerParams: findOwnerParams(params),
        policies: place && policies,
        source: request,
      });
    } catch (error) {
      return refuse(error, request, response, fail);
    }
    const accept = (principal: Principal<Claims>): unknown =>
      place === undefined ? answerWith(notFound, response) : run({ ...place, principal });
    return admitted instanceof Promise
      ? admitted.then(accept, (error: unknown) => refuse(error, request, response, fail))
      : accept(admitted);
  }

  function refuse(
    error: unknown,
    request: IncomingMessage,
    response: ServerResponse,
    fail: (error: unknown) => unknown,
  ): unknown {
    if (!isAuthError(error)) return fail(error);
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
        const accept = (access: AnyAccess): void => {
          accesses.set(request, access);
          next();
        };
        enter(checked, request, response, accept, next);
      };
    },
    accessOf: (request) => {
      const access = accesses.get(request);
      if (access === undefined)
        throw new Error("accessOf: the guard's middleware did not let this request in.");
      return access;
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}
