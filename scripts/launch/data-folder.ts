import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { type Lock, tryLock } from "./lock.ts";

/**
 * Creates the data folder (mode 0700) if it is missing, and locks it for this process.
 * @throws {LaunchError} The folder is not writable, or another process has locked it.
 */
export function lockDataFolder(folder: string): Lock {
  let lock: Lock | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    lock = tryLock(join(folder, "start.lock"));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new LaunchError(
      `cannot write to the data folder ${folder} (${reason}): set DATA_DIR to a writable folder`,
    );
  }
  if (lock === undefined) {
    throw new LaunchError(
      `the data folder ${folder} is in use by another \`npm start\`: stop it, or set DATA_DIR to another folder`,
    );
  }
  return lock;
}
