export { answeredWithin } from "./deadline.ts";
export { DatabaseUnavailable, isOutage } from "./outage.ts";
export { openPool, type Pool } from "./pool.ts";
