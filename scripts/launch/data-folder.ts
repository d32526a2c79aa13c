import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { type Lock, tryLock } from "./lock.ts";

/**
 * Makes the data folder (mode 0700) when it is missing and takes it for this process alone.
 * @throws {LaunchError} It cannot be written to, or another start has it.
 */
export function holdDataFolder(folder: string): Lock {
  let lock: Lock | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    lock = tryLock(join(folder, "start.lock"));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new LaunchError(
      `cannot write to the data folder ${folder} (${reason}): set DATA_DIR to one that is writable`,
    );
  }
  if (lock === undefined) {
    throw new LaunchError(
      `the data folder ${folder} is in use by another start: stop that, or set DATA_DIR to another`,
    );
  }
  return lock;
}
