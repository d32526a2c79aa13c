export type { RevocationDatabase } from "./drivers/choose.ts";
export type { PgPool } from "./drivers/pg.ts";
export type { Pglite } from "./drivers/pglite.ts";
export type { PostgresJs } from "./drivers/postgres-js.ts";
export { migrateRevocations, type RevocationStoreOptions, revocationStore } from "./store.ts";
