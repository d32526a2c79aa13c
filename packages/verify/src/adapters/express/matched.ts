/** Express's test of a layer against a path. True, or an object, if it matches. */
export type Match = (this: object, path: string) => unknown;

let last: object | undefined;

/** The request that a guard has passed on, until a wrapped layer gets it. */
let passed: object | undefined;

/** Ends {@link passOn}'s call of `next()`, before the next layer runs. */
const unseen = new Error("usher: the next layer is not wrapped.");

/** Records which layer a router has matched. All layers of one copy of Express share a prototype. */
export function recordMatches(prototype: { match?: Match }): void {
  const { match } = prototype;
  if (match === undefined) return;
  prototype.match = function (path) {
    last = undefined;
    passed = undefined;
    const matched = match.call(this, path);
    last = matched ? this : undefined;
    return matched;
  };
}

/**
 * Returns the layer that a router has just matched, once. The router sets the layer's parameters in the same
 * synchronous step, before any code of the application runs.
 */
export function takeMatched(): object | undefined {
  const layer = last;
  last = undefined;
  return layer;
}

/**
 * Passes a request on from a guard. The router that runs the guard matches its next layer in the same
 * synchronous step. If it sets parameters without a recorded match, its layers are not wrapped.
 *
 * @returns False in that case. Then no other layer has run.
 */
export function passOn(request: object, next: () => void): boolean {
  passed = request;
  try {
    next();
    return true;
  } catch (error) {
    if (error !== unseen) throw error;
    return false;
  } finally {
    passed = undefined;
  }
}

/** Called when a wrapped layer runs, which one in a route does without a match. */
export function arrive(): void {
  passed = undefined;
}

/** Called when a router sets parameters. */
export function stopUnseen(request: object): void {
  if (passed === request) throw unseen;
}
