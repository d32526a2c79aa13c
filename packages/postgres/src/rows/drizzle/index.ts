export type { DrizzleDatabase } from "./database.ts";
export { currentOrg, currentUser } from "./defaults.ts";
export { drizzleRows } from "./drizzle-rows.ts";
export { ownerPolicy, requestRole, tenantPolicy } from "./policies.ts";
