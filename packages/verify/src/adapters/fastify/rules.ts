import { type CheckedRules, type RouteRules, readRouteRules } from "../../access/route-rules.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import type { ConfigurationError } from "../../errors.ts";

type Rules = CheckedRules<RegisteredClaims>;

/**
 * Reads the rules of a route from its `config`, when its first request arrives. A route that was added before
 * the guard has not been validated yet, and neither has what a later `onRoute` hook changed. From then on, the
 * validated rules count, whatever happens to the object. Invalid rules reject every user.
 */
export function createRulesReader(): (
  config: RouteRules<RegisteredClaims>,
  url: string | undefined,
) => Rules {
  const known = new WeakMap<object, Rules>();
  return (config, url = "unknown paths") => {
    let rules = known.get(config);
    if (rules === undefined) {
      rules = readOrClose(config, url);
      known.set(config, rules);
    }
    return rules;
  };
}

function readOrClose(config: RouteRules<RegisteredClaims>, url: string): Rules {
  try {
    return readRouteRules<RegisteredClaims>(config, url);
  } catch (error) {
    // It is too late to throw at start. The reason reaches `onReject`, and only after a token was verified.
    const { message } = error as ConfigurationError;
    const rejectsAll = {
      name: message,
      permits: () => {
        throw error;
      },
    };
    return { access: "required", policies: [rejectsAll], owner: undefined };
  }
}
