import type { Principal } from "../claims/principal.ts";
import type { AuthError } from "../errors.ts";
import { type Foreign, ownerMismatch, subject } from "./owner.ts";
import type { OwnerRule } from "./owner-rule.ts";
import { checkPolicies, nameOf, type Policy, refusalOf } from "./policies.ts";

/** How a request was admitted to a path that belongs to someone else: by the rule of its route. */
export interface OwnerException {
  /** The path parameter that is not the principal's own, and its value. */
  readonly param: string;
  readonly value: string;
  /** The names of the policies that the principal satisfies instead. */
  readonly policies: readonly string[];
}

/**
 * Checks that the route's rule admits the principal to each parameter that is not its own. A client needs the
 * rule on every path with an owner parameter.
 *
 * @param foreign The parameters that are not the principal's own.
 * @param names Every owner parameter of the route.
 * @param now Seconds since 1970, for the policies of the rule.
 * @throws {AuthError} `owner_mismatch`; for a client, also the code of the rule's policies; for another user,
 *   `reauthentication_required` if nothing else is missing.
 */
export function checkExceptions<Claims>(
  principal: Principal<Claims>,
  foreign: readonly Foreign<Claims>[],
  names: readonly string[],
  rule: OwnerRule<Claims> | undefined,
  now: number,
): readonly OwnerException[] {
  if (principal.kind === "client") return checkClient(principal, foreign, names, rule?.clients ?? [], now);
  const others = rule?.or ?? [];
  // Which of several parameters the exception is for must be said: an administrator of an organization may
  // act for its members, but not in another organization.
  const waived = rule?.params ?? (names.length === 1 ? names : []);
  for (const place of foreign) {
    // A list that was emptied after it was checked must not admit everyone.
    if (others.length === 0) throw ownerMismatch(place);
    if (!waived.includes(place.name)) throw ownerMismatch(place, ", and the route's rule is not for it");
  }
  const exceptions = foreign.map((place) => exceptionOf(place, others));
  if (foreign[0] !== undefined) checkOthers(principal, foreign[0], others, now);
  return exceptions;
}

/** A client is no user. A parameter for another claim, its organization, must match all the same. */
function checkClient<Claims>(
  principal: Principal<Claims>,
  foreign: readonly Foreign<Claims>[],
  [name]: readonly string[],
  policies: readonly Policy<Claims>[],
  now: number,
): readonly OwnerException[] {
  if (name === undefined) return [];
  if (policies.length === 0) {
    const reason = "is not for the token of an OAuth client itself: the route's rule has no `clients`";
    throw ownerMismatch({ name, reason });
  }
  checkPolicies(principal, policies, now);
  return foreign.map((place) => {
    if (place.owner !== subject) throw ownerMismatch(place);
    return exceptionOf(place, policies);
  });
}

function checkOthers<Claims>(
  principal: Principal<Claims>,
  place: Foreign<Claims>,
  policies: readonly Policy<Claims>[],
  now: number,
): void {
  let signIn: AuthError | undefined;
  for (const policy of policies) {
    const refusal = refusalOf(principal, policy, now);
    if (refusal === undefined) continue;
    if (refusal.code !== "reauthentication_required") throw ownerMismatch(place, `, and ${refusal.hint}`);
    signIn ??= refusal;
  }
  // Only a recent sign-in is missing, and the client can do something about it.
  if (signIn !== undefined) throw signIn;
}

/** @throws {AuthError} `owner_mismatch`: a path without a value belongs to no one. */
function exceptionOf<Claims>(place: Foreign<Claims>, policies: readonly Policy<Claims>[]): OwnerException {
  const { name, value, owner } = place;
  if (typeof value !== "string" || value === "" || owner === undefined) throw ownerMismatch(place);
  return Object.freeze({ param: name, value, policies: Object.freeze(policies.map(nameOf)) });
}
