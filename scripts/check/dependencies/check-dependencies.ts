import { countLicences, licenceFaults, staleNames } from "./licences.ts";
import { dependenciesOf, installed, type LockFile } from "./lock-file.ts";
import { deprecations, installScriptFaults, originFaults } from "./origins.ts";

/** The files that are checked. */
export interface Dependencies {
  readonly lock: LockFile;
  /** The lock file of the runtimes that tests download. They are installed with --ignore-scripts. */
  readonly runtimes: LockFile;
  /** From package.json: whether the install scripts of a package may run. */
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** Checks every package of the lock files. */
export function checkDependencies({ lock, runtimes, allowScripts = {} }: Dependencies): {
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
    ...[lock, runtimes].flatMap(deprecations),
    ...installScriptFaults(lock, allowScripts),
  ];
  return { summary, faults };
}

/** The folders of everything that the published packages and the two apps depend on. */
function shippedBy(lock: LockFile): Set<string> {
  const members = Object.keys(lock.packages).filter((folder) => /^(?:packages|apps)\/[^/]+$/.test(folder));
  return new Set(members.flatMap((folder) => [...dependenciesOf(lock, folder)]));
}
