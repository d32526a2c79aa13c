import { parseEnv } from "node:util";
import { CannotRun } from "../command-line/command.ts";
import { nameOfFile } from "../output/redact.ts";
import type { Environment, Terminal } from "../terminal.ts";
import { readText } from "./text.ts";

/**
 * The settings to look at: those of an env file where one is named, and nothing beside it; else the
 * environment's own. Read as Node reads env files: quotes around a value are taken off.
 *
 * @throws {CannotRun} The file cannot be read, or has no settings: to go on would say that nothing is wrong
 *   with them.
 */
export async function readEnvironment(path: string | undefined, terminal: Terminal): Promise<Environment> {
  if (path === undefined) return terminal.environment;
  const settings = parseEnv(await readText(path, terminal));
  if (Object.keys(settings).length > 0) return settings;
  const name = path === "-" ? "standard input" : nameOfFile(path);
  throw new CannotRun(
    `${name} has no settings: each is a line like BETTER_AUTH_URL=https://app.example.com.`,
  );
}
