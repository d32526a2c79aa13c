import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { settingNames } from "usher-auth/src/settings/index.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The first line of a file that this wrote. Any other file is someone's own, and stays as it is. */
const mark = "# Written by npm start for npx usher-auth, at each start. The apps do not read it.";

/**
 * Writes the API's settings to `.env`, with mode 0600, into the first of the folders where there is none, or
 * one that this wrote.
 *
 * @returns The file's path. Undefined: none of the folders can have it.
 */
export function writeEnvFile(folders: readonly string[], environment: Environment): string | undefined {
  return folders
    .map((folder) => join(folder, ".env"))
    .find((file) => isOurs(file) && replace(file, environment));
}

/** Whether there is no such file, or one that this wrote. A link is someone's own. */
function isOurs(file: string): boolean {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found === undefined || (found.isFile() && readFileSync(file, "utf8").startsWith(`${mark}\n`));
  } catch {
    return false;
  }
}

/** Writes a draft and renames it, so that no command reads half of it. False if the folder is not writable. */
function replace(file: string, environment: Environment): boolean {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, contentOf(environment), { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
    return true;
  } catch {
    rmSync(draft, { force: true });
    return false;
  }
}

/** DATA_DIR is where the web app's embedded database is, which `usher-auth status` reads. */
function contentOf(environment: Environment): string {
  const lines = [...settingNames, "DATA_DIR"].flatMap((name) => {
    const value = environment[name];
    return value ? [lineOf(name, value)] : [];
  });
  return `${[mark, ...lines].join("\n")}\n`;
}

/** A line that Node reads as this value: it knows three kinds of quotes, and no escapes for them. */
function lineOf(name: string, value: string): string {
  const line = ["", "'", '"', "`"]
    .map((quote) => `${name}=${quote}${value}${quote}`)
    .find((candidate) => holds(candidate, name, value));
  return line ?? `# ${name} has a value that no line can hold`;
}

/** Whether a line has this value, and does not reach into the next one. */
function holds(line: string, name: string, value: string): boolean {
  const read = parseEnv(`${line}\nNEXT=1\n`);
  return read[name] === value && read.NEXT === "1";
}
