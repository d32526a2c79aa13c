import { fileURLToPath } from "node:url";

/** Where the committed migrations are, and in which table of the database those applied are noted. */
export const migrations = {
  migrationsFolder: fileURLToPath(new URL("../../migrations", import.meta.url)),
  migrationsSchema: "drizzle",
  migrationsTable: "usher_api_migrations",
};
