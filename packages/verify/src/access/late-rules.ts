import type { ConfigurationError } from "../errors.ts";
import type { CheckedRules } from "./route-rules.ts";

/**
 * Reads the rules of a route when its first request arrives, for frameworks that show a route no earlier.
 * From then on, the validated rules count, whatever happens to the route's options.
 *
 * It is too late to throw at start then: invalid rules reject every user. The reason reaches `onReject`, and
 * the client learns of it only with a valid token.
 *
 * @param read Throws a `ConfigurationError` for invalid rules.
 */
export function lateRules<Route extends object, Claims>(
  read: (route: Route) => CheckedRules<Claims>,
): (route: Route) => CheckedRules<Claims> {
  const known = new WeakMap<Route, CheckedRules<Claims>>();
  return (route) => {
    let rules = known.get(route);
    if (rules === undefined) {
      rules = readOrClose(read, route);
      known.set(route, rules);
    }
    return rules;
  };
}

function readOrClose<Route, Claims>(
  read: (route: Route) => CheckedRules<Claims>,
  route: Route,
): CheckedRules<Claims> {
  try {
    return read(route);
  } catch (error) {
    const rejectsAll = {
      name: (error as ConfigurationError).message,
      permits: () => {
        throw error;
      },
    };
    // The owner rule admits no one: it is there for the reason only.
    return { access: "required", policies: [rejectsAll], owner: { or: [rejectsAll], clients: [rejectsAll] } };
  }
}
