import { parseEnv } from "node:util";
import type { Environment, Terminal } from "../terminal.ts";
import { readText } from "./text.ts";

/**
 * The settings to look at: those of an env file where one is named, and nothing beside it; else the environment's own.
 * Read as Node reads env files: quotes around a value are taken off.
 *
 * @throws {CannotRun} The file cannot be read.
 */
export async function readEnvironment(path: string | undefined, terminal: Terminal): Promise<Environment> {
  return path === undefined ? terminal.environment : parseEnv(await readText(path, terminal));
}
