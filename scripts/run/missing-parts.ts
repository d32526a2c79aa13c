/** A package in the lock file. */
export interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: string | readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A machine in npm's terms. `libc` is undefined except on Linux. */
export interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string | undefined;
}

/** A package to install in `folder`, relative to the repository. */
export interface Part {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/**
 * The native parts that installed packages need on this machine and that are missing: `npm ci
 * --omit=optional` leaves them out, and without them neither the bundler nor the type checker starts. Without
 * the root's optional dependencies, which are not required.
 */
export function missingParts(
  packages: Readonly<Record<string, Locked>>,
  machine: Machine,
  isInstalled: (folder: string) => boolean,
): Part[] {
  const needed = new Set<string>();
  for (const [folder, { optionalDependencies }] of Object.entries(packages)) {
    if (optionalDependencies === undefined || folder === "" || !isInstalled(folder)) continue;
    for (const name of Object.keys(optionalDependencies)) needed.add(name);
  }
  return Object.entries(packages).flatMap(([folder, { optional, version, integrity, os, cpu, libc }]) => {
    const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
    const isNative = optional === true && (os !== undefined || cpu !== undefined);
    if (!isNative || version === undefined || integrity === undefined || !needed.has(name)) return [];
    const fits = allows(os, machine.os) && allows(cpu, machine.cpu) && allows(libc, machine.libc);
    return fits && !isInstalled(folder) ? [{ folder, name, version, integrity }] : [];
  });
}

/** npm's rule: a list of allowed values, or of excluded ones with `!`. */
function allows(list: string | readonly string[] | undefined, value: string | undefined): boolean {
  if (list === undefined) return true;
  const entries = typeof list === "string" ? [list] : list;
  if (entries.includes(`!${value}`)) return false;
  return entries.every((entry) => entry.startsWith("!")) || (value !== undefined && entries.includes(value));
}
