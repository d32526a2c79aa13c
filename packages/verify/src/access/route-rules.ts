import type { TokenClaims } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";
import { type OwnerRule, readOwnerRule } from "./owner-rule.ts";
import { type Policy, readPolicies } from "./policies.ts";

/** What one route requires, as an application states it. Without any, it requires a token and the owner. */
export interface RouteRules<Claims = TokenClaims> {
  /** `true` makes the route public: no token is verified. Every other route requires a valid token. */
  readonly public?: boolean | undefined;
  /**
   * `true` accepts requests without a token. A token that is sent must be valid. The route's path is not
   * restricted to its owner, since anyone may call it.
   */
  readonly optionalAuth?: boolean | undefined;
  /** What the route requires in addition to a valid token and the owner's path. */
  readonly policies?: readonly Policy<Claims>[] | undefined;
  /** Who else may use the route, although its path belongs to someone else. Default: no one. */
  readonly owner?: OwnerRule<Claims> | undefined;
}

/** The rules of a route after validation. */
export interface CheckedRules<Claims = TokenClaims> {
  readonly access: "public" | "optional" | "required";
  readonly policies: readonly Policy<Claims>[];
  readonly owner: OwnerRule<Claims> | undefined;
}

/**
 * Validates the rules of a route.
 *
 * @param where The route, for the message.
 * @throws {ConfigurationError} A value of another type, or rules that contradict each other.
 */
export function readRouteRules<Claims>(rules: RouteRules<Claims>, where: string): CheckedRules<Claims> {
  const isPublic = readBoolean(rules.public, `${where}: public`);
  const isOptional = readBoolean(rules.optionalAuth, `${where}: optionalAuth`);
  const policies = readPolicies(rules.policies, where);
  const owner = readOwnerRule(rules.owner, where);
  if (isPublic && isOptional)
    throw new ConfigurationError(`${where}: a route is either public or optionalAuth, not both.`);
  if ((isPublic || isOptional) && (policies.length > 0 || owner !== undefined))
    throw new ConfigurationError(
      `${where}: a route that accepts requests without a token cannot have policies or an owner rule.`,
    );
  return Object.freeze({
    access: isPublic ? "public" : isOptional ? "optional" : "required",
    policies,
    owner,
  });
}

function readBoolean(value: unknown, name: string): boolean {
  if (value === undefined || typeof value === "boolean") return value === true;
  throw new ConfigurationError(`${name} must be true or false.`);
}
