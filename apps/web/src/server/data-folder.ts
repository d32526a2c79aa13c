import { chmodSync, mkdirSync, readdirSync } from "node:fs";

/** What the API, the web app and `npm start` put into DATA_DIR. */
const ours = /^(?:api|running|auth\.sqlite|better-auth-secret|start\.lock)(?:[.-]|$)/;

/**
 * Makes DATA_DIR where it is missing, open to its owner alone. One that was there, with other rights, is
 * closed as well, unless somebody else's things are in it (a home, `/tmp`): what is ours is closed in any
 * case, by those who make it.
 */
export function prepareDataFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    if (readdirSync(path).every((name) => ours.test(name))) chmodSync(path, 0o700);
  } catch {
    // Another user's folder, in which this one may write.
  }
}
