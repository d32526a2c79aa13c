import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StartupError } from "./startup-error.ts";

/** What the API, the web app and `npm start` put into DATA_DIR. */
const ours = /^(?:api|running|auth\.sqlite|better-auth-secret|start\.lock)(?:[.-]|$)/;

/**
 * Creates DATA_DIR if it is missing, with access for its owner only. Restricts an existing folder as well,
 * unless it contains other things (a home folder, `/tmp`). Our own files in it are restricted in any case,
 * when they are made.
 *
 * @throws {StartupError} The folder cannot be created.
 */
export function prepareDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartupError(
      `cannot create the folder ${path} (${codeOf(error)}): make DATA_DIR a folder that this user may write to`,
    );
  }
  try {
    if (readdirSync(path).every((name) => ours.test(name))) chmodSync(path, 0o700);
  } catch {
    // It belongs to another user, who lets this one write there.
  }
}

/**
 * Creates the folder if it is missing, and removes the access of all other users to it and to everything in
 * it. On Windows, the rights of the parent folder apply. PGlite creates files with mode 0666 whatever the
 * umask, so the folder is what keeps new files private.
 *
 * @throws {StartupError} The folder belongs to another user.
 */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      // A link is skipped: its target may belong to someone else.
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
      else if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o600);
    }
  } catch (error) {
    throw new StartupError(
      `cannot restrict ${folder} to this user (${codeOf(error)}): make this user its owner, or set DATA_DIR to another folder`,
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown reason";
}
