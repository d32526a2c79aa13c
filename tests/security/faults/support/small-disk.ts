import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Mounts a small file system on DATA_DIR in a new mount namespace, and becomes the process that is to
 * use it.
 */
const mount = 'mount -t tmpfs -o "size=$SIZE" tmpfs "$DATA_DIR" && exec "$@"';

/**
 * A command that runs another one with its own small disk. The disk disappears with the process, and no other
 * process sees it.
 */
export const onSmallDisk = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"];

/**
 * Why no small disk can be mounted here, if so. Needs Linux with unprivileged user namespaces, or a root
 * user that may mount.
 */
export function reasonAgainstSmallDisks(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "usher-disk-"));
  const env = { PATH: process.env.PATH, SIZE: "1m", DATA_DIR: folder };
  const [command = "", ...rest] = [...onSmallDisk, "true"];
  const { status, stderr, error } = spawnSync(command, rest, { env, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return status === 0 ? undefined : `no file system can be mounted here: ${error?.message ?? stderr.trim()}`;
}

/** A large file on the disk of a process, next to its own files. */
export interface Ballast {
  /** Until no block is left. */
  fillUp(): void;
  remove(): void;
}

export function ballast(pid: number, folder: string): Ballast {
  // The folder as that process sees it.
  const path = join(`/proc/${pid}/root${folder}`, "ballast");
  return {
    fillUp: () => {
      const file = openSync(path, "w");
      try {
        for (const size of [1 << 20, 1 << 12]) writeUntilFull(file, Buffer.alloc(size));
      } finally {
        closeSync(file);
      }
    },
    remove: () => rmSync(path),
  };
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
