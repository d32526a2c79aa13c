import { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { RouteParams } from "../../access/owner.ts";
import type { OwnerRule } from "../../access/owner-rule.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { type AdmittedRequest, admissions, findRejection, type Rejection } from "./admission.ts";
import { stopUnseen, takeMatched } from "./matched.ts";

/** Where a request keeps its parameters, why they were rejected, and what replaces them then. */
const current: unique symbol = Symbol("usher.params");
const rejection: unique symbol = Symbol("usher.rejection");
const hidden: unique symbol = Symbol("usher.hidden");

interface GuardedRequest extends AdmittedRequest {
  [current]?: RouteParams;
  [hidden]?: RouteParams;
  [rejection]?: Rejection | undefined;
}

const intercepted = new WeakSet<object>();
/** Returns the owner rule of a layer for a request. */
export type RuleOf = (layer: object, request: Request) => OwnerRule<RegisteredClaims> | undefined;

/** The rule of the layer that parameters were created for. A router sets those of its parent again. */
const rules = new WeakMap<RouteParams, OwnerRule<RegisteredClaims>>();

/**
 * Checks `req.params` whenever a router of any copy of Express sets it: before `app.param` callbacks and
 * error handlers. After a rejection, `req.params` has no values, and {@link rejectionOf} returns the reason.
 *
 * Defines an accessor on Express's request prototype. One on each request would cost more than the whole
 * guard.
 *
 * @param prototype What an app's requests inherit from.
 * @param onSet Called for each guarded request whose parameters are set, before they are checked. May return
 *   the layer that they are for.
 * @param ruleOf Returns the owner rule of the layer that the parameters are for.
 */
export function interceptParams(
  prototype: object,
  onSet: (request: Request) => object | undefined,
  ruleOf: RuleOf,
): void {
  const base = baseOf(prototype);
  if (intercepted.has(base)) return;
  intercepted.add(base);
  // The accessor of another copy of this package.
  const earlier = Object.getOwnPropertyDescriptor(base, "params");
  Object.defineProperty(base, "params", {
    configurable: true,
    enumerable: true,
    get(this: GuardedRequest) {
      if (this[rejection] !== undefined) return this[hidden];
      return earlier?.get === undefined ? this[current] : earlier.get.call(this);
    },
    set(this: GuardedRequest, params: RouteParams) {
      earlier?.set?.call(this, params);
      this[current] = params;
      const matched = takeMatched();
      if (this[admissions] === undefined) return;
      stopUnseen(this);
      const first = onSet(this);
      const rule = findRule(params, matched ?? first, this, ruleOf);
      // A rejection that no layer has handled stays: that layer is not wrapped.
      this[rejection] ??= findRejection(this, params ?? {}, undefined, rule);
      if (this[rejection] !== undefined) this[hidden] = hide(params ?? {});
    },
  });
}

/** The rule of the matched layer; of the layer around it, when a nested router has ended. */
function findRule(
  params: RouteParams | undefined,
  layer: object | undefined,
  request: Request,
  ruleOf: RuleOf,
): OwnerRule<RegisteredClaims> | undefined {
  if (params === undefined) return undefined;
  const earlier = rules.get(params);
  if (earlier !== undefined || layer === undefined) return earlier;
  const rule = ruleOf(layer, request);
  if (rule !== undefined) rules.set(params, rule);
  return rule;
}

/**
 * Returns what replaces another user's parameters, in case a layer that is not wrapped runs anyway. The
 * router reads each one first and gets `undefined`, so it runs no `app.param` callbacks. Later reads get
 * empty strings, which are no user's id. Not `undefined`: many databases ignore a condition with that value.
 */
function hide(params: RouteParams): RouteParams {
  const asked = new Set<string | symbol>();
  return new Proxy(Object.fromEntries(Object.keys(params).map((name) => [name, ""])), {
    get(emptied, name) {
      if (!asked.has(name)) asked.add(name);
      else return Reflect.get(emptied, name);
    },
  });
}

/**
 * Removes a request's own `params`, which were set before the prototype had the accessor, and sets them
 * again.
 */
export function removeOwnParams(request: Request): void {
  if (!Object.hasOwn(request, "params")) return;
  const { params } = request;
  delete (request as Partial<Request>).params;
  request.params = params;
}

/** The rejection of the current parameters. */
export function rejectionOf(request: GuardedRequest): Rejection | undefined {
  return request[rejection];
}

/** Called when the layer for which the parameters were set does not run. */
export function clearRejection(request: GuardedRequest): void {
  if (request[rejection] !== undefined) request[rejection] = undefined;
}

/** Express's request prototype, from which the requests of all its apps inherit. */
function baseOf(prototype: object): object {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent === null || parent === IncomingMessage.prototype ? prototype : baseOf(parent);
}
