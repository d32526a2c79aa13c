import type { TokenClaims } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";
import { stringList } from "../option-values.ts";
import { nameOf, type Policy, readPolicies } from "./policies.ts";

/**
 * Who else may use a route whose path belongs to a user: the stated exceptions. Every other principal is
 * rejected with `owner_mismatch`.
 *
 * @example
 * ```ts
 * import { requireClaim, requireScopes } from "@usher-auth/verify";
 * import type { OwnerRule } from "@usher-auth/verify/guard";
 *
 * // The owner, or support staff, or an OAuth client with the scope.
 * export const owner: OwnerRule = {
 *   or: [requireClaim((claims) => claims.role === "support", "role support")],
 *   clients: [requireScopes("tasks:sync")],
 * };
 * ```
 */
export interface OwnerRule<Claims = TokenClaims> {
  /**
   * Admits other users who satisfy all of these policies. At least one. Default: only the owner.
   */
  readonly or?: readonly Policy<Claims>[] | undefined;
  /**
   * The owner parameters that `or` is for. Required if the route has several: an administrator of an
   * organization may act for its members (`userId`), but not in another organization (`orgId`). Default: the
   * route's only owner parameter.
   */
  readonly params?: readonly string[] | undefined;
  /**
   * Admits OAuth clients that act for themselves (`principal.kind` is `"client"`) and satisfy all of these
   * policies. At least one. A parameter for a user's id (`sub`) may be anyone's; all others must match.
   * Default: no client.
   */
  readonly clients?: readonly Policy<Claims>[] | undefined;
}

const members: readonly string[] = ["or", "params", "clients"] satisfies readonly (keyof OwnerRule)[];

/**
 * Validates the owner rule of a route. Undefined means none.
 *
 * @param where The route, for the message.
 * @throws {ConfigurationError} Neither `or` nor `clients`, an empty list, `params` without `or`, or another
 *   member.
 */
export function readOwnerRule<Claims>(
  rule: OwnerRule<Claims> | undefined,
  where: string,
): OwnerRule<Claims> | undefined {
  if (rule === undefined) return undefined;
  if (typeof rule !== "object" || rule === null || (rule.or === undefined && rule.clients === undefined))
    throw new ConfigurationError(
      `${where}: owner must be { or: [policies] }, { clients: [policies] }, or both.`,
    );
  const unknown = Object.keys(rule).find((name) => !members.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(`${where}: owner has no "${unknown}", only ${members.join(", ")}.`);
  if (rule.params !== undefined && rule.or === undefined)
    throw new ConfigurationError(`${where}: owner.params says what owner.or is for, so it needs owner.or.`);
  return Object.freeze({
    or: readExceptions(rule.or, `${where}: owner.or`),
    clients: readExceptions(rule.clients, `${where}: owner.clients`),
    params:
      rule.params === undefined
        ? undefined
        : stringList(rule.params, `${where}: owner.params must be a list of owner parameters.`),
  });
}

function readExceptions<Claims>(
  policies: readonly Policy<Claims>[] | undefined,
  where: string,
): readonly Policy<Claims>[] | undefined {
  if (policies === undefined) return undefined;
  const checked = readPolicies(policies, where);
  // An empty list would admit everyone.
  if (checked.length === 0) throw new ConfigurationError(`${where}: pass at least one policy.`);
  return checked;
}

/**
 * Compares a rule with the owner parameters of its route.
 *
 * @param where The route, for the message.
 * @throws {ConfigurationError} The route has no owner parameter, `params` names another one, or the route has
 *   several and the rule does not say which.
 */
export function checkOwnerRule(
  rule: OwnerRule<never> | undefined,
  ownerParams: readonly string[],
  where: string,
): void {
  if (rule === undefined) return;
  if (ownerParams.length === 0)
    throw new ConfigurationError(`${where}: owner is for routes with an owner parameter in their path.`);
  const stranger = rule.params?.find((name) => !ownerParams.includes(name));
  if (stranger !== undefined)
    throw new ConfigurationError(`${where}: owner.params has "${stranger}", which the path does not.`);
  if (rule.or !== undefined && rule.params === undefined && ownerParams.length > 1)
    throw new ConfigurationError(
      `${where}: the path has several owner parameters (${ownerParams.join(", ")}). Name those that owner.or is for in owner.params.`,
    );
}

/** The exceptions of a rule in words, for lists of routes. */
export function exceptionNames(rule: OwnerRule<never> | undefined): readonly string[] {
  const names = (policies: readonly Policy<never>[]) => policies.map(nameOf).join(", ");
  const params = rule?.params === undefined ? "" : ` (${rule.params.join(", ")})`;
  return Object.freeze([
    ...(rule?.or === undefined ? [] : [`or ${names(rule.or)}${params}`]),
    ...(rule?.clients === undefined ? [] : [`clients with ${names(rule.clients)}`]),
  ]);
}
