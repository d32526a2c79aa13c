import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { hasAnySetting } from "usher-auth/src/settings/index.ts";
import { writeEnvFile } from "./env-file.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Writes the settings for the command line, and returns the commands to try on the running system, for the
 * terminal. They work in the repository's folder as they are printed.
 *
 * @param environment The API's.
 * @param audit The arguments of `usher-auth audit`.
 */
export function commandLines(environment: NodeJS.ProcessEnv, audit: string): string[] {
  const { DATA_DIR = ".data", NODE_ENV } = environment;
  // The secrets of production stay where they are.
  if (NODE_ENV === "production") return [];
  // A start with its own data folder leaves the settings of the usual one alone.
  const folders = process.env.DATA_DIR ? [DATA_DIR] : [root, DATA_DIR];
  const file = writeEnvFile(folders, environment);
  if (file === undefined) return [`Settings  not written: ${DATA_DIR} has an .env file already`];
  const name = nameOf(file);
  // The command line prefers what its shell has, which may be what this start was given.
  const env = name === ".env" && !hasAnySetting(process.env) ? "" : ` --env ${quoted(name)}`;
  return [
    `Settings  ${name}, for the command line. In this folder, try:`,
    `          npx usher-auth status${env}`,
    `          npx usher-auth token --email ada@example.com --sign-up${env}`,
    `          npx usher-auth audit ${audit} --test-users${env}`,
  ];
}

/** Relative to the repository, if it is there. */
function nameOf(file: string): string {
  const path = relative(root, file);
  return path.startsWith("..") || isAbsolute(path) ? file : path;
}

/** For a shell: of Windows, too. */
function quoted(path: string): string {
  if (/^[\w.:/\\@,+-]+$/.test(path)) return path;
  return process.platform === "win32" ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}
