import type { Policy } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";
import { isNonEmptyString } from "../option-values.ts";

/**
 * Accepts members of the active organization who have one of these roles: the claims `org` and `org_role`,
 * which `usherJwt({ organization: true })` sets. The comparison is exact.
 *
 * Does not check which organization it is: hold the path to it with `ownerParam: { orgId: "org" }`.
 *
 * @throws {ConfigurationError} No role, or one that is not a string.
 * @example
 * ```ts
 * import { requireOrganizationRole } from "@usher-auth/verify/policies";
 *
 * export const canInvite = requireOrganizationRole("owner", "admin");
 * ```
 */
export function requireOrganizationRole(...roles: readonly string[]): Policy {
  if (roles.length === 0 || !roles.every(isNonEmptyString))
    throw new ConfigurationError('requireOrganizationRole: name the roles, such as "owner", "admin".');
  return Object.freeze({
    name: `organization role ${roles.join(" or ")}`,
    permits: ({ claims }: Principal<unknown>) => {
      const { org, org_role: role } = (claims ?? {}) as { org?: unknown; org_role?: unknown };
      return isNonEmptyString(org) && [role].flat().some((one) => roles.includes(one as string));
    },
  });
}
