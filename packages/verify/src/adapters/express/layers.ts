import type { NextFunction, Request, Response } from "express";
import { patternNames } from "../../access/pattern-names.ts";
import { type AdmittedRequest, admissions, type Fault, findFault } from "./admission.ts";
import { faultOf, forgetFault, holdParams } from "./params.ts";

/**
 * What of an app leads to its routing. Express 4 has `_router`, and throws where it is asked for `router`.
 */
interface App {
  readonly _router?: Router;
  readonly router: Router;
  readonly request: object;
}

interface Router {
  readonly stack: readonly object[];
}

/** What runs a route, or a middleware: all of a copy of Express share a prototype. */
interface Layer {
  readonly handle: ((...input: never[]) => unknown) & Partial<Router>;
  /** The pattern, or patterns: Express 5.2 and later. */
  readonly rawPath?: unknown;
  readonly route?: { readonly path?: unknown };
  [declared]?: readonly string[];
}

/** The names of the parameters in a layer's pattern, once they have been looked up. */
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

/** Answers a request that is not let in, or hands a failure on. */
export type Refuse = (fault: Fault, request: Request, response: Response, next: NextFunction) => void;

const heldApps = new WeakSet<object>();
const heldLayers = new WeakSet<object>();

/**
 * Has all layers of an app's copy of Express ask the guards before they run, and those of other copies as
 * soon as a request reaches their app, router or route.
 *
 * @throws {Error} A version of Express that is built otherwise.
 */
export function holdApp(app: object, refuse: Refuse): void {
  if (heldApps.has(app)) return;
  if (!holdRouter(routerOf(app as App), refuse)) {
    throw new Error("usher: this version of Express is not one that it knows (4, 5).");
  }
  holdParams((app as App).request, (request) => holdReached(request, refuse));
  heldApps.add(app);
}

/** Of another copy, perhaps: the app, and the route, that is about to get the request. */
function holdReached(request: Request, refuse: Refuse): void {
  const { app, route } = request as { app?: unknown; route?: unknown } as { app?: App; route?: Router };
  if (app !== undefined && !heldApps.has(app)) {
    heldApps.add(app);
    holdRouter(routerOf(app), refuse);
  }
  if (route !== undefined) holdRouter(route, refuse);
}

function routerOf(app: App): Router {
  return app._router ?? app.router;
}

/** @returns Whether its layers are held: not those of a router of another kind, nor of one that is empty. */
function holdRouter({ stack }: Router, refuse: Refuse): boolean {
  const prototype: LayerPrototype | undefined = stack[0] && Object.getPrototypeOf(stack[0]);
  if (prototype === undefined) return false;
  if (!heldLayers.has(prototype)) {
    const name = prototype.handleRequest === undefined ? "handle_request" : "handleRequest";
    const errorName = prototype.handleError === undefined ? "handle_error" : "handleError";
    const { [name]: handleRequest, [errorName]: handleError } = prototype;
    if (handleRequest === undefined || handleError === undefined) return false;
    prototype[name] = guardRequests(handleRequest, refuse);
    prototype[errorName] = guardErrors(handleError, refuse);
    heldLayers.add(prototype);
  }
  return true;
}

function guardRequests(handleRequest: HandleRequest, refuse: Refuse): HandleRequest {
  return function (request, response, next) {
    if (request[admissions] === undefined) return handleRequest.call(this, request, response, next);
    const { handle } = this;
    // Express passes over what has four parameters.
    if (handle.length > 3) forgetFault(request);
    else {
      const fault = faultOf(request) ?? findFault(request, request.params, namesOf(this));
      if (fault !== undefined) return refuse(fault, request, response, next);
      if (handle.stack !== undefined) holdRouter(handle as Router, refuse);
    }
    return handleRequest.call(this, request, response, next);
  };
}

function guardErrors(handleError: HandleError, refuse: Refuse): HandleError {
  return function (error, request, response, next) {
    if (request[admissions] === undefined) return handleError.call(this, error, request, response, next);
    // Express passes over everything else.
    if (this.handle.length !== 4) forgetFault(request);
    else {
      const fault = faultOf(request) ?? findFault(request, request.params, namesOf(this));
      if (fault !== undefined) return refuse(fault, request, response, next);
    }
    return handleError.call(this, error, request, response, next);
  };
}

function namesOf(layer: Layer): readonly string[] {
  layer[declared] ??= patternNames(layer.rawPath ?? layer.route?.path);
  return layer[declared];
}
