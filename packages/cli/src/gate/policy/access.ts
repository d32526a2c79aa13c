import type { Principal, TokenClaims } from "@usher-auth/verify";
import type { RouteAccess } from "@usher-auth/verify/guard";
import { type Policy, requireClaim, requireScopes } from "@usher-auth/verify/policies";
import type { Match, Rule } from "./rule.ts";

/** What a rule asks of the guard, without the parameters of a request. */
type Requirements = Pick<RouteAccess<TokenClaims>, "ownerParams" | "owners" | "policies">;

const requirements = new WeakMap<Rule, Requirements>();

/** What the guard checks for a match. */
export function accessOf({ rule, params }: Match): RouteAccess<TokenClaims> {
  let known = requirements.get(rule);
  if (known === undefined) {
    known = requirementsOf(rule);
    requirements.set(rule, known);
  }
  const { ownerParams, owners, policies } = known;
  return { params, ownerParams, owners, policies };
}

function requirementsOf({ owners, scopes, claims }: Rule): Requirements {
  const needsScopes = scopes.length > 0 && scopes.every((alternative) => alternative.length > 0);
  return {
    ownerParams: [...owners.keys()],
    owners,
    policies: [...(needsScopes ? [requireOneOf(scopes)] : []), ...[...claims].map(requireValue)],
  };
}

/** All scopes of one of the lists. The challenge names the first list. */
function requireOneOf(alternatives: readonly (readonly string[])[]): Policy {
  const policies = alternatives.map((scopes) => requireScopes(...scopes));
  const [first] = policies as [Policy, ...Policy[]];
  return {
    name: policies.map(({ name }) => name).join(" or "),
    permits: (principal, now) => policies.some((policy) => policy.permits(principal, now)),
    refusal: first.refusal,
  };
}

function requireValue([claim, values]: [
  string,
  readonly (string | number | boolean)[],
]): Policy<TokenClaims> {
  const isAllowed = (value: unknown) => (values as readonly unknown[]).includes(value);
  const permits = (claims: TokenClaims, _principal: Principal) => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    return Array.isArray(value) ? value.some(isAllowed) : isAllowed(value);
  };
  return requireClaim(permits, `claim ${claim}`);
}
