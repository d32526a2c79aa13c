import { defineConfig } from "drizzle-kit";

/** For `drizzle-kit generate`, which writes the next migration from what changed in the schema. It needs no database. */
export default defineConfig({ dialect: "postgresql", schema: "./src/db/schema.ts", out: "./migrations" });
