import type { H3Route, H3RouteMeta } from "h3";
import { lateRules } from "../../access/late-rules.ts";
import { meantOwnerParam } from "../../access/owner-params.ts";
import { checkOwnerRule } from "../../access/owner-rule.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { type CheckedRules, readRouteRules } from "../../access/route-rules.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { ConfigurationError } from "../../errors.ts";

type Rules = CheckedRules<RegisteredClaims>;

const noRules: Rules = { access: "required", policies: [], owner: undefined };

/**
 * Reads the rules of a route from its `meta`. h3 keeps the `meta` of `defineHandler` and `defineRoute` on the
 * handler function, and so for every route with that function. What opens a route to others has no effect
 * there on routes with an owner parameter.
 */
export function createRulesReader(ownerParams: readonly string[]): (route: H3Route | undefined) => Rules {
  const rulesOf = lateRules((route: H3Route) => read(route, ownerParams));
  return (route) => (route === undefined ? noRules : rulesOf(route));
}

/** @throws {ConfigurationError} */
function read({ route = "", meta, handler }: H3Route, ownerParams: readonly string[]): Rules {
  if (meta === undefined) return noRules;
  const names = patternNames(route);
  const owned = ownerParams.filter((name) => names.includes(name));
  const isOwned = owned.length > 0 || names.some((name) => meantOwnerParam(name, ownerParams) !== undefined);
  const shared = (handler as { readonly meta?: H3RouteMeta }).meta;
  if (meta.owner !== undefined && meta.owner === shared?.owner)
    throw new ConfigurationError(
      `${route}: owner is in the meta of the handler, which applies to every route with it. Set it where you add the route.`,
    );
  // Policies close a public route.
  const isPublic =
    meta.public === true && meta.policies === undefined && !(isOwned && shared?.public === true);
  const isOptional = meta.optionalAuth === true && !(isOwned && shared?.optionalAuth === true);
  const rules = readRouteRules<RegisteredClaims>(
    { ...meta, public: isPublic, optionalAuth: isOptional },
    route,
  );
  checkOwnerRule(rules.owner, owned, route);
  return rules;
}
