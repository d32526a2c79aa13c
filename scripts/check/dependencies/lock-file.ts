import { readFile } from "node:fs/promises";

/** A package in package-lock.json: the fields that are used. */
export interface Locked {
  /** If it differs from the folder's name: an alias. */
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  /** What its authors say instead of it. */
  readonly deprecated?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package-lock.json: every package by the folder that it is installed in. */
export interface LockFile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
}

export async function readLockFile(path: string): Promise<LockFile> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** The packages from the registry, and their folders. Without our own packages and links to them. */
export function installed({ packages }: LockFile): [folder: string, locked: Locked][] {
  return Object.entries(packages).filter(([folder, { link }]) => folder.includes("node_modules/") && !link);
}

/** A package's name in the registry. */
export function nameOf(folder: string, { name }: Locked): string {
  return name ?? (folder.split("node_modules/").at(-1) as string);
}

/**
 * The folders of everything that installing a package adds: its dependencies and theirs, with optional ones
 * that are installed and required peers. Without the package itself and its development dependencies.
 * @throws {Error} A dependency is not in the lock file.
 */
export function dependenciesOf(lock: LockFile, folder: string): Set<string> {
  const found = new Set<string>();
  const waiting = [folder];
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {}, ...peers } = lock.packages[from] as Locked;
    const needed = Object.keys(dependencies).filter((name) => !(name in optionalDependencies));
    for (const name of [...needed, ...Object.keys(optionalDependencies), ...requiredPeers(peers)]) {
      const place = resolve(lock, from, name);
      if (place === undefined && needed.includes(name))
        throw new Error(`${from} needs ${name}, which is not locked`);
      if (place === undefined || found.has(place)) continue;
      found.add(place);
      waiting.push(place);
    }
  }
  return found;
}

function requiredPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: Locked): string[] {
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
}

/** Finds a package as Node.js does: in the importer's node_modules, or in the next one up. */
function resolve({ packages }: LockFile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/"), 0))) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const locked = packages[place];
    if (locked !== undefined) return locked.link ? locked.resolved : place;
    if (folder === "") return undefined;
  }
}
