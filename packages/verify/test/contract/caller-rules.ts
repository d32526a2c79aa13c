import type { Principal } from "@usher-auth/verify";
import type { OwnerRule, ProtectedResource } from "@usher-auth/verify/guard";
import {
  forbidImpersonation,
  requireClaim,
  requireClientScopes,
  requireOrganizationRole,
  requireRecentSignIn,
  requireScopes,
} from "@usher-auth/verify/policies";

/** The rules of the routes in a target's app of callers. See `TargetCallers`. */
export const ownerRules = {
  support: { or: [requireClaim(({ role }) => role === "support", "role support")] },
  orgAdmin: { or: [requireOrganizationRole("admin")], params: ["userId"] },
  clients: { clients: [requireScopes("tasks:sync")] },
} satisfies Record<string, OwnerRule>;

export const routePolicies = {
  recent: [requireRecentSignIn({ maxAge: 300 })],
  personal: [forbidImpersonation()],
  clientScopes: [requireClientScopes("tasks:read")],
} as const;

export const callersOwnerParam = {
  userId: "sub",
  orgId: "org",
  memberOrg: ({ claims }: Principal) => claims.orgs as string[],
} as const;

export const protectedResource: ProtectedResource = {
  resource: "https://api.example.com/mcp",
  authorizationServers: "https://app.example.com/api/auth",
  scopes: ["tasks:read", "tasks:sync"],
};
