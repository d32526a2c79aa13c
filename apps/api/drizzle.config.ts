import { defineConfig } from "drizzle-kit";

/**
 * For `drizzle-kit generate`, which writes the next migration from what changed in the schema. It needs no
 * database, and `NODE_OPTIONS=--conditions=@usher-auth/source` where the packages are not built.
 */
export default defineConfig({ dialect: "postgresql", schema: "./src/tasks/schema.ts", out: "./migrations" });
