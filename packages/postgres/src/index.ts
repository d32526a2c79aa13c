export type { DrizzleDatabase, PrincipalRows } from "./database.ts";
export { UnstorableIdError } from "./errors.ts";
export { currentOwner, ownerPolicy, principalSetting, requestRole } from "./owner-policy.ts";
export { type WithPrincipalOptions, withPrincipal } from "./principal.ts";
export { assertRowSecurity } from "./row-security.ts";
