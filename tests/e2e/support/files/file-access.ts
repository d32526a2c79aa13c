import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The user and group that a server process runs as. */
export type Identity = { uid: number; gid: number };

/**
 * Whether a process with this identity can read the path, and enter it if it is a folder, by the permission
 * bits of the path and of every folder above it. Does NOT check access control lists, mount options or
 * capabilities.
 */
export function isOpenTo(path: string, identity: Identity): boolean {
  if (!existsSync(path)) return false;
  const target = realpathSync(path);
  const readAndEnter = statSync(target).isDirectory() ? 0o5 : 0o4;
  if (!allows(target, identity, readAndEnter)) return false;
  for (let folder = dirname(target); ; folder = dirname(folder)) {
    if (!allows(folder, identity, 0o1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function allows(path: string, identity: Identity, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path);
  const shift = uid === identity.uid ? 6 : gid === identity.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
