import { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { RouteParams } from "../../access/owner.ts";
import { type AdmittedRequest, admissions, type Fault, findFault } from "./admission.ts";

/** What a request's parameters are, and whether another user's are among them. */
const current: unique symbol = Symbol("usher.params");
const fault: unique symbol = Symbol("usher.fault");
const hidden: unique symbol = Symbol("usher.hidden");

interface HeldRequest extends AdmittedRequest {
  [current]?: RouteParams;
  [hidden]?: RouteParams;
  [fault]?: Fault | undefined;
}

const held = new WeakSet<object>();

/**
 * Checks `req.params` whenever a router sets them, whichever copy of Express it is of: before `app.param`,
 * before error handlers. What is another user's is not there to be read, and {@link faultOf} tells.
 *
 * An accessor on Express's own request prototype: on each request it would cost more than the whole guard.
 *
 * @param prototype What an app's requests inherit from.
 * @param onSet Told of each request whose parameters are set behind a guard, before they are checked.
 */
export function holdParams(prototype: object, onSet: (request: Request) => void): void {
  const base = baseOf(prototype);
  if (held.has(base)) return;
  held.add(base);
  // That of another copy of this package.
  const earlier = Object.getOwnPropertyDescriptor(base, "params");
  Object.defineProperty(base, "params", {
    configurable: true,
    enumerable: true,
    get(this: HeldRequest) {
      if (this[fault] !== undefined) return this[hidden];
      return earlier?.get === undefined ? this[current] : earlier.get.call(this);
    },
    set(this: HeldRequest, params: RouteParams) {
      earlier?.set?.call(this, params);
      this[current] = params;
      if (this[admissions] === undefined) return;
      onSet(this);
      // A fault that no layer has taken notice of stays: the layer was one that cannot be seen.
      this[fault] ??= findFault(this, params ?? {});
      if (this[fault] !== undefined) this[hidden] = hide(params ?? {});
    },
  });
}

/**
 * What is there to be read instead of another user's parameters, should a layer that cannot be seen run all
 * the same. Who asks first is the router, which has no callback of `app.param` to run for `undefined`. To
 * whoever asks later they are empty texts, which are nobody's: many a database takes `undefined` for no
 * condition at all.
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

/** Takes away a request's own parameters, set before the prototype had the accessor, and sets them again. */
export function shedParams(request: Request): void {
  if (!Object.hasOwn(request, "params")) return;
  const { params } = request;
  delete (request as Partial<Request>).params;
  request.params = params;
}

/** What was found when the parameters were last set. */
export function faultOf(request: HeldRequest): Fault | undefined {
  return request[fault];
}

/** The layer that the parameters were set for does not run. */
export function forgetFault(request: HeldRequest): void {
  if (request[fault] !== undefined) request[fault] = undefined;
}

/** Express's own, which the requests of all its apps inherit from. */
function baseOf(prototype: object): object {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent === null || parent === IncomingMessage.prototype ? prototype : baseOf(parent);
}
