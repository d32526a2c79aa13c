export { serverUrl } from "../server-url.ts";
export { withDeadline } from "./deadline.ts";
export { type MigrationLockOptions, withMigrationLock } from "./migration-lock.ts";
export { DatabaseUnavailableError, isOutage } from "./outage.ts";
export { openPool, type Pool, type PoolOptions } from "./pool.ts";
export { isPooled } from "./pooler.ts";
export { beginTransaction } from "./transaction.ts";
