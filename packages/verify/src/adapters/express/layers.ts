import type { NextFunction, Request, Response } from "express";
import { patternNames } from "../../access/pattern-names.ts";
import { type AdmittedRequest, admissions, findRejection, type Rejection } from "./admission.ts";
import { clearRejection, interceptParams, rejectionOf } from "./params.ts";

/** The parts of an app that lead to its router. Express 4 has `_router`, and throws if `router` is read. */
interface App {
  readonly _router?: Router;
  readonly router: Router;
  readonly request: object;
}

interface Router {
  readonly stack: readonly object[];
}

/** Runs a route or a middleware. All layers of one copy of Express share a prototype. */
interface Layer {
  readonly handle: ((...input: never[]) => unknown) & Partial<Router>;
  /** The pattern or patterns, in Express 5.2 and later. */
  readonly rawPath?: unknown;
  readonly route?: { readonly path?: unknown };
  [declared]?: readonly string[];
}

/** Caches the names of the parameters in a layer's pattern. */
const declared: unique symbol = Symbol("usher.declared");

type HandleRequest = (
  this: Layer,
  request: AdmittedRequest,
  response: Response,
  next: NextFunction,
) => unknown;
type HandleError = (
  this: Layer,
  error: unknown,
  request: AdmittedRequest,
  response: Response,
  next: NextFunction,
) => unknown;
type LayerPrototype = Partial<
  Record<"handleRequest" | "handle_request", HandleRequest> &
    Record<"handleError" | "handle_error", HandleError>
>;

/** Answers a rejected request, or passes another error on. */
export type Refuse = (rejection: Rejection, request: Request, response: Response, next: NextFunction) => void;

const guardedApps = new WeakSet<object>();
const guardedLayers = new WeakSet<object>();

/**
 * Wraps the layers of an app's copy of Express, so that the guards check a request before each layer runs.
 * Wraps those of other copies as soon as a request reaches their app, router or route.
 *
 * @throws {Error} This version of Express has no such layers.
 */
export function guardApp(app: object, refuse: Refuse): void {
  if (guardedApps.has(app)) return;
  if (!guardRouter(routerOf(app as App), refuse)) {
    throw new Error("usher supports Express 4 and 5: this version has other internals.");
  }
  interceptParams((app as App).request, (request) => guardReached(request, refuse));
  guardedApps.add(app);
}

/** Wraps the layers of the app and the route that get the request next: they may belong to another copy. */
function guardReached(request: Request, refuse: Refuse): void {
  const { app, route } = request as { app?: unknown; route?: unknown } as { app?: App; route?: Router };
  if (app !== undefined && !guardedApps.has(app)) {
    guardedApps.add(app);
    guardRouter(routerOf(app), refuse);
  }
  if (route !== undefined) guardRouter(route, refuse);
}

function routerOf(app: App): Router {
  return app._router ?? app.router;
}

/** @returns False if the router is empty or is not Express's. */
function guardRouter({ stack }: Router, refuse: Refuse): boolean {
  const prototype: LayerPrototype | undefined = stack[0] && Object.getPrototypeOf(stack[0]);
  if (prototype === undefined) return false;
  if (!guardedLayers.has(prototype)) {
    const name = prototype.handleRequest === undefined ? "handle_request" : "handleRequest";
    const errorName = prototype.handleError === undefined ? "handle_error" : "handleError";
    const { [name]: handleRequest, [errorName]: handleError } = prototype;
    if (handleRequest === undefined || handleError === undefined) return false;
    prototype[name] = guardRequests(handleRequest, refuse);
    prototype[errorName] = guardErrors(handleError, refuse);
    guardedLayers.add(prototype);
  }
  return true;
}

function guardRequests(handleRequest: HandleRequest, refuse: Refuse): HandleRequest {
  return function (request, response, next) {
    if (request[admissions] === undefined) return handleRequest.call(this, request, response, next);
    const { handle } = this;
    // Express skips handlers with four parameters here.
    if (handle.length > 3) clearRejection(request);
    else {
      const rejection = rejectionOf(request) ?? findRejection(request, request.params, namesOf(this));
      if (rejection !== undefined) return refuse(rejection, request, response, next);
      if (handle.stack !== undefined) guardRouter(handle as Router, refuse);
    }
    return handleRequest.call(this, request, response, next);
  };
}

function guardErrors(handleError: HandleError, refuse: Refuse): HandleError {
  return function (error, request, response, next) {
    if (request[admissions] === undefined) return handleError.call(this, error, request, response, next);
    // Express skips all other handlers here.
    if (this.handle.length !== 4) clearRejection(request);
    else {
      const rejection = rejectionOf(request) ?? findRejection(request, request.params, namesOf(this));
      if (rejection !== undefined) return refuse(rejection, request, response, next);
    }
    return handleError.call(this, error, request, response, next);
  };
}

function namesOf(layer: Layer): readonly string[] {
  layer[declared] ??= patternNames(layer.rawPath ?? layer.route?.path);
  return layer[declared];
}
