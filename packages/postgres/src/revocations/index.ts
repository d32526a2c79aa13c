export type { Pglite } from "./drivers/pglite.ts";
export type { PostgresJs } from "./drivers/postgres-js.ts";
export {
  migrateRevocations,
  type RevocationDatabase,
  type RevocationStoreOptions,
  revocationStore,
} from "./store.ts";
