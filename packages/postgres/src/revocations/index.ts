export type { Pglite } from "./pglite.ts";
export type { PostgresJs } from "./postgres-js.ts";
export {
  migrateRevocations,
  type RevocationDatabase,
  type RevocationStoreOptions,
  revocationStore,
} from "./store.ts";
