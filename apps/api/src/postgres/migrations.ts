import { fileURLToPath } from "node:url";

/** The folder of committed migrations, and the table that records which ones have run. */
export const migrations = {
  migrationsFolder: fileURLToPath(new URL("../../migrations", import.meta.url)),
  migrationsSchema: "drizzle",
  migrationsTable: "usher_api_migrations",
};
