import type { NextFunction, Request, RequestHandler, Response } from "express";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { hasQueryToken } from "../http/request-target.ts";
import { type AdmittedRequest, admissions, type Fault } from "./express/admission.ts";
import { holdApp } from "./express/layers.ts";
import { shedParams } from "./express/params.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./express/backchannel-logout.ts";

declare global {
  namespace Express {
    interface Request {
      /** Who the verified token speaks for. `undefined` on a route that no guard stands before. */
      principal: Principal<RegisteredClaims>;
    }
  }
}

/**
 * A middleware of Express's. It has a name of ours, so that the type of `export const guard = usher(...)` has
 * one in every project: the parts of Express's own types are packages that only Express's types may know of.
 */
export interface UsherMiddleware extends RequestHandler {}

/**
 * Options of {@link usher}: those of a guard.
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
 * Guards an Express app (5, or 4): everything after this middleware needs a valid token, unknown paths too.
 * What stands before it is public.
 *
 * From there on every route, middleware and error handler whose path has the owner parameter is held to its
 * owner before it runs, and before `app.param`, in this router and in any router below, of any copy of
 * Express, on the very `req.params` that it gets. A path that may leave the parameter out, and does, is
 * refused to everybody. Express has no place for that, so the guard puts one into Express's own routing
 * (`Layer.prototype`, and `params` of its requests); for requests that no guard has seen, nothing changes.
 * Does not check ids in bodies and queries, nor middleware of another copy's router that only a function of
 * yours knows: on another user's path that gets empty texts for parameters.
 *
 * Put it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} A bad option.
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
export function usher(options: UsherOptions): UsherMiddleware {
  const guard = createGuard<RegisteredClaims, Request>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  return function usherGuard(request, response, next) {
    let admitted: Principal<RegisteredClaims> | Promise<Principal<RegisteredClaims>>;
    try {
      holdApp(request.app, refuse);
      shedParams(request);
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
    if (admitted instanceof Promise) letInWhenKnown(admitted, request, response, next);
    else accept(admitted, request, next);
  };

  function accept(
    principal: Principal<RegisteredClaims>,
    request: AdmittedRequest,
    next: NextFunction,
  ): void {
    const admission = { guard, findOwnerParams, principal };
    request.principal = principal;
    if (request[admissions] === undefined) request[admissions] = [admission];
    else request[admissions].push(admission);
    next();
  }

  /**
   * The rare way, in a function of its own, so that the usual one makes no closures: keys must be fetched
   * first.
   */
  function letInWhenKnown(
    pending: Promise<Principal<RegisteredClaims>>,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    pending.then(
      (principal) => accept(principal, request, next),
      (error: unknown) => refuse({ error, guard }, request, response, next),
    );
  }
}

/**
 * Middleware that asks for more than a valid token: `app.post("/x", enforce(requireScopes("x:write")),
 * handler)`. It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
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
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return (request: AdmittedRequest, response, next) => {
    const admission = request[admissions]?.at(-1);
    if (admission === undefined) throw new Error("enforce: no usher(...) stands before this route.");
    try {
      admission.guard.authorize(admission.principal, { params: {}, ownerParams: [], policies: checked });
    } catch (error) {
      return refuse({ error, guard: admission.guard }, request, response, next);
    }
    next();
  };
}

function refuse({ error, guard }: Fault, request: Request, response: Response, next: NextFunction): void {
  if (isAuthError(error)) answerWith(guard.refuse(error, request), response);
  else next(error);
}
