import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StartupError } from "./startup-error.ts";

/** What the API, the web app and `npm start` put into DATA_DIR. */
const ours = /^(?:api|running|auth\.sqlite|better-auth-secret|start\.lock)(?:[.-]|$)/;

/**
 * Makes DATA_DIR where it is missing, open to its owner alone. One that was there, with other rights, is
 * closed as well, unless somebody else's things are in it (a home, `/tmp`): what is ours is closed in any
 * case, by those who make it.
 */
export function prepareDataFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartupError(
      `cannot make the folder ${path} (${codeOf(error)}): make DATA_DIR a folder that this user may write to`,
    );
  }
  try {
    if (readdirSync(path).every((name) => ours.test(name))) chmodSync(path, 0o700);
  } catch {
    // Another user's folder, in which this one may write.
  }
}

/**
 * Makes the folder where it is missing, and closes it with all that is in it to every other user (Windows:
 * rights are those of the folder above). PGlite gives its files mode 0666 whatever the umask says, so it is
 * the folder that keeps new ones private.
 *
 * @throws {StartupError} when it belongs to another user.
 */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      // A link's target is not ours to change.
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
      else if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o600);
    }
  } catch (error) {
    throw new StartupError(
      `cannot close ${folder} to other users (${codeOf(error)}): make this user its owner, or set DATA_DIR to another folder`,
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown reason";
}
