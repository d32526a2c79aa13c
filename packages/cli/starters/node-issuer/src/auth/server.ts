import { createServer } from "node:http";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./auth.ts";

// Creates Better Auth's tables. With a database that several servers share, run `npx auth migrate` instead.
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const { AUTH_PORT = "3000", HOST = "localhost" } = process.env;
createServer(toNodeHandler(auth)).listen(Number(AUTH_PORT), HOST, () => {
  console.log(`Better Auth: ${auth.options.baseURL}`);
});
