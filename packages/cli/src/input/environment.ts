import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { CannotRun } from "../command-line/command.ts";
import { nameOfFile } from "../output/redact.ts";
import { hasAnySetting, settingNames } from "../settings/index.ts";
import type { Environment, Terminal } from "../terminal.ts";
import { readText } from "./text.ts";

/** The settings of a command, all from one place. */
export interface Settings {
  readonly environment: Environment;
  /** Where they came from, for people. */
  readonly name: string;
  /** Whether they came from a file rather than from the environment. */
  readonly isFile: boolean;
}

/** The file that is read if neither a file is named nor the environment has settings. */
const usualFile = ".env";

/**
 * The settings, from the first of these that there is: the file at `path`, the environment if it has any of
 * {@link settingNames}, and `.env` in the current folder. Says on standard error that it uses `.env`. Never
 * merges two of them: a secret from one and an address from the other would describe no API. Parses a file as
 * Node does: quotes around a value are removed.
 *
 * @throws {CannotRun} The file cannot be read, or `path` contains no settings.
 */
export async function readSettings(path: string | undefined, terminal: Terminal): Promise<Settings> {
  if (path !== undefined) return fromNamedFile(path, terminal);
  const fromShell = { environment: terminal.environment, name: nameOfSettings(undefined), isFile: false };
  const file = join(terminal.folder, usualFile);
  // A folder of this name is a virtual environment of Python.
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return fromShell;
  if (hasAnySetting(terminal.environment)) {
    if (!terminal.environment.BETTER_AUTH_URL) terminal.errors.write(ofTheShell(terminal.environment));
    return fromShell;
  }
  const environment = parseEnv(await readText(file, terminal));
  if (!hasAnySetting(environment)) return fromShell;
  terminal.errors.write(`settings: ${usualFile}\n`);
  return { environment, name: usualFile, isFile: true };
}

/** The variables of {@link readSettings}, for a command that does not say where they came from. */
export async function readEnvironment(path: string | undefined, terminal: Terminal): Promise<Environment> {
  return (await readSettings(path, terminal)).environment;
}

/** The folder of the apps' data: `DATA_DIR`, or `.data`, in the current folder. */
export function dataFolderOf(environment: Environment, { folder }: Terminal): string {
  return resolve(folder, environment.DATA_DIR || ".data");
}

/** The name of a settings file, for people. Undefined: the environment. */
function nameOfSettings(file: string | undefined): string {
  if (file === undefined) return "the environment";
  return file === "-" ? "standard input" : nameOfFile(file);
}

async function fromNamedFile(path: string, terminal: Terminal): Promise<Settings> {
  const environment = parseEnv(await readText(path, terminal));
  const name = nameOfSettings(path);
  if (Object.keys(environment).length > 0) return { environment, name, isFile: true };
  throw new CannotRun(
    `${name} contains no settings. It needs lines such as BETTER_AUTH_URL=https://app.example.com.`,
  );
}

/** A variable that every project has, such as DATABASE_URL, is why the file beside is not read. */
function ofTheShell(environment: Environment): string {
  const name = settingNames.find((one) => environment[one]);
  return `settings: the environment, because it has ${name}. For those in ${usualFile}: --env ${usualFile}\n`;
}
