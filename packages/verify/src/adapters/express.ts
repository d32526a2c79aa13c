import type { NextFunction, Request, RequestHandler, Response } from "express";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { nodeHost } from "../access/node-host.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import { type AdmittedRequest, admissions } from "./express/admission.ts";
import { guardApp } from "./express/layers.ts";
import { passOn } from "./express/matched.ts";
import { routeOf } from "./express/mounts.ts";
import { optionalToken } from "./express/optional.ts";
import { removeOwnParams } from "./express/params.ts";
import { refuse } from "./express/refuse.ts";

export type { OwnerRule } from "../access/owner-rule.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./express/backchannel-logout.ts";
export { owner } from "./express/owner.ts";

declare global {
  namespace Express {
    interface Request {
      /** The user of the verified token. `undefined` on a route that no guard runs before. */
      principal: Principal<RegisteredClaims>;
      /** With `guard.optional`: the user of the verified token, or null if the request has none. */
      optionalPrincipal: Principal<RegisteredClaims> | null;
    }
  }
}

/**
 * An Express middleware. An interface with a name, so that TypeScript can write the type of `export const
 * guard = usher(...)` without importing packages that only `@types/express` depends on.
 */
export interface UsherMiddleware extends RequestHandler {}

/** The middleware that {@link usher} returns. */
export interface UsherGuard extends UsherMiddleware {
  /**
   * For a route before the guard that also accepts requests without a token: read
   * `request.optionalPrincipal`. A token that is sent must be valid. Checks no owner and no policies.
   *
   * @example
   * ```ts
   * import { verifierFromEnv } from "@usher-auth/verify";
   * import { usher } from "@usher-auth/verify/express";
   * import express from "express";
   *
   * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
   * const app = express();
   * app.get("/greeting", guard.optional, ({ optionalPrincipal }, response) => {
   *   response.json({ hello: optionalPrincipal?.id ?? "stranger" });
   * });
   * app.use(guard);
   * ```
   */
  readonly optional: UsherMiddleware;
}

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/express";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions = GuardOptions<RegisteredClaims, Request>;

/**
 * Guards an Express app (5 or 4): everything that is added after this middleware requires a valid token, and
 * so do unknown paths. Everything before it is public.
 *
 * Every later route, middleware and error handler whose path has the owner parameter is restricted to its
 * owner, in this router and in nested ones, also of another copy of Express. The guard checks `req.params`
 * right before the handler and before `app.param` callbacks. If the parameter is optional, the path without
 * it is rejected for every user. A route may state exceptions with {@link owner}. Express has no hook for
 * this, so the guard wraps methods of Express's `Layer.prototype` and defines `params` on its request
 * prototype. Requests without a guard are not affected.
 *
 * Does not check ids in bodies and queries. Does not see what only your own function calls, if it is of
 * another copy: middleware of a router runs on another user's path with empty parameters, and an app is not
 * checked at all. A guard in such a router rejects the requests that it would pass on, and the hint says why.
 *
 * Add it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} An invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/express";
 * import express from "express";
 *
 * const app = express();
 * app.get("/health", (_request, response) => void response.json({ status: "ok" })); // public
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }));
 * app.get("/api/:userId/tasks", (request, response) => {
 *   response.json({ tasks: [], owner: request.principal.id });
 * });
 * ```
 */
export function usher(options: UsherOptions): UsherGuard {
  const guard = createGuard<RegisteredClaims, Request>(options, nodeHost("express", routeOf));
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const { metadata } = guard;

  const usherGuard: UsherMiddleware = (request, response, next) => {
    const document = metadata?.(request.method, pathOfTarget(request.originalUrl));
    if (document !== undefined) return answerWith(document, response);
    let admitted: Principal<RegisteredClaims> | Promise<Principal<RegisteredClaims>>;
    try {
      guardApp(request, refuse);
      removeOwnParams(request);
      admitted = guard.admit({
        authorization: authorizationOf(request),
        tokenInQuery: hasQueryToken(request.url),
        params: request.params,
        ownerParams: findOwnerParams(request.params),
        source: request,
      });
    } catch (error) {
      return refuse({ error, guard }, request, response, next);
    }
    if (admitted instanceof Promise) acceptWhenVerified(admitted, request, response, next);
    else accept(admitted, request, response, next);
  };
  return Object.assign(usherGuard, { optional: optionalToken(guard) });

  function accept(
    principal: Principal<RegisteredClaims>,
    request: AdmittedRequest,
    response: Response,
    next: NextFunction,
  ): void {
    const admission = { guard, findOwnerParams, principal };
    request.principal = principal;
    request.optionalPrincipal = principal;
    if (request[admissions] === undefined) request[admissions] = [admission];
    else request[admissions].push(admission);
    if (!passOn(request, next)) {
      const error = new AuthError("owner_mismatch", {
        hint:
          "usher(...): the guard does not see this router, of another copy of Express, because only a " +
          "function calls it. Pass the router itself to use().",
      });
      refuse({ error, guard }, request as Request, response, next);
    }
  }

  /** Rare: keys must be fetched first. A separate function, so that other requests create no closures. */
  function acceptWhenVerified(
    pending: Promise<Principal<RegisteredClaims>>,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    pending.then(
      (principal) => accept(principal, request, response, next),
      (error: unknown) => refuse({ error, guard }, request, response, next),
    );
  }
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
 * import { enforce, usher } from "@usher-auth/verify/express";
 * import express from "express";
 *
 * const app = express();
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }));
 * app.post("/tasks", enforce(requireScopes("tasks:write")), (_request, response) => {
 *   response.sendStatus(201);
 * });
 * ```
 */
export function enforce(
  ...policies: readonly [Policy<RegisteredClaims>, ...Policy<RegisteredClaims>[]]
): UsherMiddleware {
  const checked = readPolicies(policies, "enforce");
  if (checked.length === 0) throw new ConfigurationError("enforce: pass at least one policy.");
  return (request: AdmittedRequest, response, next) => {
    const admission = request[admissions]?.at(-1);
    if (admission === undefined) throw new Error("enforce: no usher(...) runs before this route.");
    try {
      const access = { params: {}, ownerParams: [], policies: checked };
      admission.guard.authorize(admission.principal, access, request);
    } catch (error) {
      return refuse({ error, guard: admission.guard }, request, response, next);
    }
    next();
  };
}
