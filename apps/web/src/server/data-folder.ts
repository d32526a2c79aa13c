import { chmodSync, mkdirSync, readdirSync } from "node:fs";

/** The files that the API, the web app and `npm start` create in DATA_DIR. */
const ours = /^(?:api|running|auth\.sqlite|better-auth-secret|start\.lock)(?:[.-]|$)/;

/**
 * Creates DATA_DIR if it is missing, accessible to its owner only. An existing folder is restricted as well,
 * unless it has other files (a home folder, `/tmp`). Our own files in it are restricted in any case.
 */
export function prepareDataFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    if (readdirSync(path).every((name) => ours.test(name))) chmodSync(path, 0o700);
  } catch {
    // The folder belongs to another user, and this one may write to it.
  }
}
