export type { DrizzleDatabase, PrincipalRows } from "./rows/database.ts";
export { currentOwner, ownerPolicy, principalSetting, requestRole } from "./rows/owner-policy.ts";
export { assertRowSecurity } from "./rows/row-security.ts";
export { UnstorableIdError } from "./rows/unstorable-id-error.ts";
export { type WithPrincipalOptions, withPrincipal } from "./rows/with-principal.ts";
