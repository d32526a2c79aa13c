import type { NextFunction, Request, Response } from "express";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { statedRuleOf } from "../../access/stated-rule.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { type AdmittedRequest, admissions, findRejection, type Rejection, ruleInForce } from "./admission.ts";
import { arrive, type Match, recordMatches } from "./matched.ts";
import { isMount, type MountLayer, noteMount, noteUnseenMounts } from "./mounts.ts";
import { clearRejection, interceptParams, type RuleOf, rejectionOf } from "./params.ts";

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
interface Layer extends MountLayer {
  readonly handle: ((...input: never[]) => unknown) & Partial<Router>;
  /** The pattern or patterns, in Express 5.2 and later. */
  readonly rawPath?: unknown;
  readonly route?: Route;
  /** The method that a route's middleware is for, in lower case. Undefined for all. */
  readonly method?: string;
  [declared]?: readonly string[];
  [ownRoute]?: Route;
}

interface Route {
  readonly path?: unknown;
  readonly methods?: { readonly head?: boolean };
  readonly stack: readonly Layer[];
}

/** Caches the names of the parameters in a layer's pattern. */
const declared: unique symbol = Symbol("usher.declared");
/** The route that a layer is part of. */
const ownRoute: unique symbol = Symbol("usher.route");
/** Where a request keeps the wrapped layer that has got it last. */
const latest: unique symbol = Symbol("usher.layer");

interface LayeredRequest extends AdmittedRequest {
  [latest]?: Layer;
}

type HandleRequest = (
  this: Layer,
  request: LayeredRequest,
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
    Record<"handleError" | "handle_error", HandleError> & { match: Match }
>;

/** Answers a rejected request, or passes another error on. */
export type Refuse = (rejection: Rejection, request: Request, response: Response, next: NextFunction) => void;

const guardedApps = new WeakSet<object>();
const guardedLayers = new WeakSet<object>();

/**
 * Wraps the layers of the copy of Express that has a request, so that the guards check requests before each layer
 * runs. Wraps those of other copies as soon as a request reaches their app, router or route, and those of the
 * router that runs the guard.
 *
 * @throws {Error} This version of Express has no such layers.
 */
export function guardApp(request: LayeredRequest, refuse: Refuse): void {
  const { app } = request as { readonly app: unknown } as { readonly app: App };
  if (!guardedApps.has(app)) {
    if (!guardRouter(routerOf(app), refuse)) {
      throw new Error("usher supports Express 4 and 5: this version has other internals.");
    }
    interceptParams(app.request, (request) => guardReached(request, refuse), ruleOfMatched as RuleOf);
    guardedApps.add(app);
  }
  const layer = request[latest];
  if (layer !== undefined && !isMount({ handle: coveredBy(layer.handle) })) return;
  // The router that runs the guard is not wrapped: its copy of Express has had no guard yet.
  noteUnseenMounts(request);
  guardNested(routerOf(app), refuse, new Set());
}

/** Wraps the layers of a router and of those in it. Does not find those that only a function calls. */
function guardNested(router: Router, refuse: Refuse, seen: Set<Router>): void {
  if (seen.has(router) || !guardRouter(router, refuse)) return;
  seen.add(router);
  for (const { route, handle } of router.stack as readonly Layer[]) {
    if (route !== undefined) guardNested(route, refuse, seen);
    const covered = coveredBy(handle);
    if (covered.stack !== undefined) guardNested(covered as Router, refuse, seen);
  }
}

/** What a layer runs: with an owner rule, what that covers. */
function coveredBy(handle: Layer["handle"]): Layer["handle"] {
  return (statedRuleOf(handle)?.covered ?? handle) as Layer["handle"];
}

/**
 * Wraps the layers of the app and the route that get the request next: they may belong to another copy.
 *
 * @returns The layer of the route, if it is the first that this app has matched: no one has recorded it.
 */
function guardReached(request: Request, refuse: Refuse): object | undefined {
  const { app, route } = request as { app?: unknown; route?: unknown } as { app?: App; route?: Router };
  let first: object | undefined;
  if (app !== undefined && !guardedApps.has(app)) {
    guardedApps.add(app);
    guardRouter(routerOf(app), refuse);
    if (route !== undefined)
      first = (routerOf(app).stack as readonly Layer[]).find((layer) => layer.route === route);
  }
  if (route !== undefined) guardRouter(route, refuse);
  return first;
}

function routerOf(app: App): Router {
  return app._router ?? app.router;
}

/** @returns False if the router is empty or is not Express's. */
function guardRouter({ stack }: Router, refuse: Refuse): boolean {
  const prototype: LayerPrototype | undefined = stack?.[0] && Object.getPrototypeOf(stack[0]);
  if (prototype === undefined) return false;
  if (!guardedLayers.has(prototype)) {
    const name = prototype.handleRequest === undefined ? "handle_request" : "handleRequest";
    const errorName = prototype.handleError === undefined ? "handle_error" : "handleError";
    const { [name]: handleRequest, [errorName]: handleError } = prototype;
    if (handleRequest === undefined || handleError === undefined) return false;
    prototype[name] = guardRequests(handleRequest, refuse);
    prototype[errorName] = guardErrors(handleError, refuse);
    recordMatches(prototype);
    guardedLayers.add(prototype);
  }
  return true;
}

function guardRequests(handleRequest: HandleRequest, refuse: Refuse): HandleRequest {
  return function (request, response, next) {
    const { handle } = this;
    request[latest] = this;
    if (request[admissions] === undefined) {
      if (isMount(this)) noteMount(request, this);
      return handleRequest.call(this, request, response, next);
    }
    arrive();
    // Express skips handlers with four parameters here.
    if (handle.length > 3) clearRejection(request);
    else {
      const rejection = rejectionOfLayer(this, request);
      if (rejection !== undefined) return refuse(rejection, request, response, next);
      const covered = coveredBy(handle);
      if (isMount({ handle: covered })) noteMount(request, this);
      if (covered.stack !== undefined) guardRouter(covered as Router, refuse);
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
      const rejection = rejectionOfLayer(this, request);
      if (rejection !== undefined) return refuse(rejection, request, response, next);
    }
    return handleError.call(this, error, request, response, next);
  };
}

function rejectionOfLayer(layer: Layer, request: AdmittedRequest): Rejection | undefined {
  const { route } = layer;
  if (route !== undefined) for (const inner of route.stack) inner[ownRoute] = route;
  const rule = ruleOf(layer, request);
  request[ruleInForce] = rule;
  return rejectionOf(request) ?? findRejection(request, request.params, namesOf(layer), rule);
}

/**
 * The owner rule of a layer: that of its route for the request's method, or, outside a route, that of a
 * middleware for what it runs itself. No other layer has a part in it, not even one of the same path.
 */
function ruleOf(layer: Layer, request: { readonly method: string }): OwnerRule<RegisteredClaims> | undefined {
  const route = layer.route ?? layer[ownRoute];
  if (route !== undefined) return ruleOfRoute(route, request.method);
  const stated = statedRuleOf<RegisteredClaims>(layer.handle);
  return stated?.covered === undefined ? undefined : stated.rule;
}

/**
 * The rule for the parameters that a router sets after it has matched a layer. While it passes an error on,
 * it matches routes and skips them. After the last, it sets the parameters around it, and has not set that
 * route.
 */
function ruleOfMatched(layer: Layer, request: Request): OwnerRule<RegisteredClaims> | undefined {
  return layer.route === undefined || layer.route === request.route ? ruleOf(layer, request) : undefined;
}

/** A rule later in the route would cover middleware that runs before it. */
function ruleOfRoute({ stack, methods }: Route, method: string): OwnerRule<RegisteredClaims> | undefined {
  const sent = method.toLowerCase();
  // Express answers HEAD with the middleware for GET.
  const name = sent === "head" && methods?.head !== true ? "get" : sent;
  const first = stack.find((layer) => layer.method === undefined || layer.method === name);
  return statedRuleOf<RegisteredClaims>(first?.handle)?.rule;
}

function namesOf(layer: Layer): readonly string[] {
  layer[declared] ??= patternNames(layer.rawPath ?? layer.route?.path);
  return layer[declared];
}
