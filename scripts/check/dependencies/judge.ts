import { countLicences, licenceFaults, staleNames } from "./licences.ts";
import { broughtBy, installed, type LockFile } from "./lock-file.ts";
import { installScriptFaults, originFaults } from "./origins.ts";

/** What all of this is judged by. */
export interface Dependencies {
  readonly lock: LockFile;
  /**
   * The lock file of the runtimes that tests download; they are installed without their programs
   * (--ignore-scripts).
   */
  readonly runtimes: LockFile;
  /** Decisions in package.json: whether a package's program may run at installation. */
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** Judges every package of the lock files: what there is, and what is wrong. */
export function judge({ lock, runtimes, allowScripts = {} }: Dependencies): {
  summary: string;
  faults: string[];
} {
  const shipped = shippedBy(lock);
  const folders = installed(lock).map(([folder]) => folder);
  const development = folders.filter((folder) => !shipped.has(folder));
  const others = folders.filter((folder) => shipped.has(folder));
  const summary =
    `shipped: ${others.length} packages (${countLicences(lock, others)})\n` +
    `for development: ${development.length} packages (${countLicences(lock, development)})`;
  const faults = [
    ...licenceFaults(lock, shipped),
    ...licenceFaults(runtimes, new Set()),
    ...staleNames(lock),
    ...[lock, runtimes].flatMap(originFaults),
    ...installScriptFaults(lock, allowScripts),
  ];
  return { summary, faults };
}

/**
 * What others get: all that the published packages bring with them, and the two apps, which a deployment
 * consists of.
 */
function shippedBy(lock: LockFile): Set<string> {
  const members = Object.keys(lock.packages).filter((folder) => /^(?:packages|apps)\/[^/]+$/.test(folder));
  return new Set(members.flatMap((folder) => [...broughtBy(lock, folder)]));
}
