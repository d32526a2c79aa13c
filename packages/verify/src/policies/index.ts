// `@usher-auth/verify/policies`: what a route may require in addition to a valid token and the owner's path.
export type { Policy, PolicyRefusal } from "../access/policies.ts";
export { requireClaim } from "./claim.ts";
export { forbidImpersonation } from "./impersonation.ts";
export { requireOrganizationRole } from "./organization-role.ts";
export { type RecentSignInOptions, requireRecentSignIn } from "./recent-sign-in.ts";
export { requireClientScopes, requireScopes } from "./scopes.ts";
