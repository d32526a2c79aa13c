import { escapeLine } from "../../output/escape.ts";
import type { Rule } from "./rule.ts";

const ranks: Readonly<Record<Rule["access"], number>> = { public: 0, optional: 1, required: 2, denied: 3 };

/** Whether a rule admits someone that another one refuses. */
export function isLooser(one: Rule, other: Rule): boolean {
  if (one.access !== other.access) return ranks[one.access] < ranks[other.access];
  if (one.access !== "required") return false;
  return !hasAllOwners(one, other) || !needsScopesOf(one, other) || !needsClaimsOf(one, other);
}

function hasAllOwners(one: Rule, other: Rule): boolean {
  return [...other.owners].every(([name, claim]) => one.owners.get(name) === claim);
}

/** Each alternative of the one includes an alternative of the other. */
function needsScopesOf(one: Rule, other: Rule): boolean {
  if (other.scopes.length === 0) return true;
  if (one.scopes.length === 0) return false;
  return one.scopes.every((scopes) =>
    other.scopes.some((needed) => needed.every((scope) => scopes.includes(scope))),
  );
}

function needsClaimsOf(one: Rule, other: Rule): boolean {
  return [...other.claims].every(([claim, values]) =>
    one.claims.get(claim)?.every((value) => values.includes(value)),
  );
}

/** Whether every valid token may call it. */
export function isUnguarded({ access, owners, scopes, claims }: Rule): boolean {
  return access === "required" && owners.size === 0 && scopes.length === 0 && claims.size === 0;
}

/** For reports: method and path. */
export function labelOf({ method, template }: Pick<Rule, "method" | "template">): string {
  return escapeLine(`${method} ${template}`);
}

/** What a rule requires, for sentences: `a token, user_id = sub, scope tasks:read`. */
export function inWords(rule: Rule): string {
  if (rule.access === "public") return "nothing: it is public";
  if (rule.access === "optional") return "a token only if one is sent";
  if (rule.access === "denied") return "what no one has: it is denied";
  return escapeLine(
    ["a token", ...ownersInWords(rule), ...scopesInWords(rule), ...claimsInWords(rule)].join(", "),
  );
}

export function ownersInWords({ owners }: Rule): string[] {
  return [...owners].map(([name, claim]) => `${name} = ${claim}`);
}

export function scopesInWords({ scopes }: Rule): string[] {
  return scopes.length === 0 ? [] : [`scope ${scopes.map((list) => list.join(" ")).join(" or ")}`];
}

export function claimsInWords({ claims }: Rule): string[] {
  return [...claims].map(([claim, values]) => `${claim} ${values.join(" or ")}`);
}
