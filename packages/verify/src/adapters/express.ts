import type { NextFunction, Request, RequestHandler, Response } from "express";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { createGuard, type Guard, type GuardOptions } from "../guard.ts";
import { answerWith } from "../node-answer.ts";
import { authorizationOf } from "../node-headers.ts";
import { createOwnerParamFinder, type FindOwnerParams } from "../owner-params.ts";
import { type Policy, readPolicies } from "../policy.ts";
import type { Principal } from "../principal.ts";
import { hasQueryToken } from "../query-token.ts";
import type { RegisteredClaims } from "../register.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./express/backchannel-logout.ts";

/** What one guard found out about a request. */
interface Admission {
  readonly guard: Guard<RegisteredClaims, Request>;
  readonly findOwnerParams: FindOwnerParams;
  readonly principal: Principal<RegisteredClaims>;
}

/** Where a request keeps what its guards found out: none, where no guard has run. */
const admissions: unique symbol = Symbol("usher.admissions");

declare global {
  namespace Express {
    interface Request {
      /** Who the verified token speaks for. `undefined` on a route that no guard stands before. */
      principal: Principal<RegisteredClaims>;
      [admissions]?: Admission[];
    }
  }
}

/** Options of {@link usher}: those of a guard. */
export type UsherOptions = GuardOptions<RegisteredClaims, Request>;

/**
 * Guards an Express app (5, or 4): everything after this middleware needs a valid token, unknown paths too. What stands
 * before it is public.
 *
 * From there on every route and middleware whose path has the owner parameter is held to its owner before it runs, in
 * this router and in any router below, on the very `req.params` that it gets. Express has no place for that, so the
 * guard puts one into Express's own routing (`Layer.prototype`); for requests that no guard has seen, nothing changes.
 * Does not check ids in bodies and queries.
 *
 * Put it after CORS, which answers preflights, and before body parsers.
 *
 * @throws {ConfigurationError} A bad option.
 */
export function usher(options: UsherOptions): RequestHandler {
  const guard = createGuard<RegisteredClaims, Request>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  return function usherGuard(request, response, next) {
    let admitted: Principal<RegisteredClaims> | Promise<Principal<RegisteredClaims>>;
    try {
      holdLayers(request);
      admitted = guard.admit({
        authorization: authorizationOf(request),
        tokenInQuery: hasQueryToken(request.url),
        params: request.params,
        ownerParams: findOwnerParams(request.params),
        source: request,
      });
    } catch (error) {
      return fail(error, guard, request, response, next);
    }
    if (admitted instanceof Promise) letInWhenKnown(admitted, request, response, next);
    else letIn(admitted, request, next);
  };

  function letIn(principal: Principal<RegisteredClaims>, request: Request, next: NextFunction): void {
    const admission = { guard, findOwnerParams, principal };
    request.principal = principal;
    if (request[admissions] === undefined) request[admissions] = [admission];
    else request[admissions].push(admission);
    next();
  }

  /** The rare way, in a function of its own, so that the usual one makes no closures: keys must be fetched first. */
  function letInWhenKnown(
    pending: Promise<Principal<RegisteredClaims>>,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    pending.then(
      (principal) => letIn(principal, request, next),
      (error: unknown) => fail(error, guard, request, response, next),
    );
  }
}

/**
 * Middleware that asks for more than a valid token: `app.post("/x", enforce(requireScopes("x:write")), handler)`.
 * It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
 */
export function enforce(
  ...policies: readonly [Policy<RegisteredClaims>, ...Policy<RegisteredClaims>[]]
): RequestHandler {
  const checked = readPolicies(policies, "enforce");
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return (request, response, next) => {
    const admission = request[admissions]?.at(-1);
    if (admission === undefined) throw new Error("enforce: no usher(...) stands before this route.");
    try {
      admission.guard.authorize(admission.principal, { params: {}, ownerParams: [], policies: checked });
    } catch (error) {
      return fail(error, admission.guard, request, response, next);
    }
    next();
  };
}

function fail(
  error: unknown,
  guard: Admission["guard"],
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (isAuthError(error)) answerWith(guard.refuse(error, request), response);
  else next(error);
}

type HandleRequest = (this: unknown, request: Request, response: Response, next: NextFunction) => unknown;
type LayerPrototype = Partial<Record<"handleRequest" | "handle_request", HandleRequest>>;

const held = new WeakSet<LayerPrototype>();

/**
 * Express runs each route and each middleware through a layer, after it has decoded the parameters for it. All layers of
 * a copy of Express share a prototype; the guard's own layer leads to it.
 */
function holdLayers(request: Request): void {
  // Express 4 has `_router`, and throws where it is asked for `router`.
  const app = request.app as { _router?: { stack: LayerPrototype[] }; router: { stack: LayerPrototype[] } };
  const prototype: LayerPrototype = Object.getPrototypeOf((app._router ?? app.router).stack[0]);
  if (held.has(prototype)) return;
  const name = prototype.handleRequest === undefined ? "handle_request" : "handleRequest";
  const handleRequest = prototype[name];
  if (handleRequest === undefined) throw new Error("usher: this version of Express is not one that it knows (4, 5).");

  prototype[name] = function (request, response, next) {
    for (const { guard, findOwnerParams, principal } of request[admissions] ?? []) {
      try {
        guard.authorize(principal, { params: request.params, ownerParams: findOwnerParams(request.params) });
      } catch (error) {
        return fail(error, guard, request, response, next);
      }
    }
    return handleRequest.call(this, request, response, next);
  };
  held.add(prototype);
}
