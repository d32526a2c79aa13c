import { defineConfig } from "drizzle-kit";

/**
 * For `drizzle-kit generate`, which writes a migration for the changes in the schema. It needs no database.
 * Set `NODE_OPTIONS=--conditions=@usher-auth/source` if the packages are not built.
 */
export default defineConfig({ dialect: "postgresql", schema: "./src/tasks/schema.ts", out: "./migrations" });
