export { withDeadline } from "./deadline.ts";
export { DatabaseUnavailableError, isOutage } from "./outage.ts";
export { openPool, type Pool, type PoolOptions } from "./pool.ts";
export { beginTransaction } from "./transaction.ts";
