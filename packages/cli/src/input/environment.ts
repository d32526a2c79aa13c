import { parseEnv } from "node:util";
import { CannotRun } from "../command-line/command.ts";
import { nameOfFile } from "../output/redact.ts";
import type { Environment, Terminal } from "../terminal.ts";
import { readText } from "./text.ts";

/**
 * The settings from an env file if one is named, else from the environment. Parses the file as Node does:
 * quotes around a value are removed.
 *
 * @throws {CannotRun} The file cannot be read, or contains no settings.
 */
export async function readEnvironment(path: string | undefined, terminal: Terminal): Promise<Environment> {
  if (path === undefined) return terminal.environment;
  const settings = parseEnv(await readText(path, terminal));
  if (Object.keys(settings).length > 0) return settings;
  throw new CannotRun(
    `${nameOfSettings(path)} contains no settings. It needs lines such as BETTER_AUTH_URL=https://app.example.com.`,
  );
}

/** Where settings came from, for people. */
export function nameOfSettings(file: string | undefined): string {
  if (file === undefined) return "the environment";
  return file === "-" ? "standard input" : nameOfFile(file);
}
