/** Express's test of a layer against a path. True, or an object, if it matches. */
export type Match = (this: object, path: string) => unknown;

let last: object | undefined;

/** Records which layer a router has matched. All layers of one copy of Express share a prototype. */
export function recordMatches(prototype: { match?: Match }): void {
  const { match } = prototype;
  if (match === undefined) return;
  prototype.match = function (path) {
    last = undefined;
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
