import type { Answers } from "./answers.ts";
import { pluginCall } from "./better-auth/edit-config.ts";

/** Better Auth as a separate program, for a project that has none: plain JavaScript, so it needs no build. */
export function authServerFile(answers: Answers): string {
  return [
    'import { createServer } from "node:http";',
    'import { DatabaseSync } from "node:sqlite";',
    'import { usherJwt } from "@usher-auth/issuer";',
    'import { betterAuth } from "better-auth";',
    'import { getMigrations } from "better-auth/db/migration";',
    'import { toNodeHandler } from "better-auth/node";',
    "",
    "/** Signs users in, and issues the tokens of the API. */",
    "export const auth = betterAuth({",
    `  baseURL: process.env.BETTER_AUTH_URL ?? ${JSON.stringify(answers.issuerUrl)},`,
    '  database: new DatabaseSync("auth.sqlite"),',
    "  emailAndPassword: { enabled: true },",
    "  user: { deleteUser: { enabled: true } },",
    `  plugins: [${pluginCall(answers)}],`,
    "});",
    "",
    "const { runMigrations } = await getMigrations(auth.options);",
    "await runMigrations();",
    "",
    `const port = Number(process.env.AUTH_PORT ?? ${portOf(answers.issuerUrl)});`,
    'createServer(toNodeHandler(auth)).listen(port, () => console.log("Better Auth listens on port", port));',
    "",
  ].join("\n");
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
