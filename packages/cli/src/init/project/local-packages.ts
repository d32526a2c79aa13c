import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Packages that are installed from files: their names, and the `file:` specifiers that npm finds them by. */
export type LocalPackages = Readonly<Record<string, string>>;

const isOurs = (name: string) => name === "usher-auth" || name.startsWith("@usher-auth/");

/**
 * Our packages that the nearest package.json installs from files, such as tarballs of a clone: a project in
 * another folder takes the same ones, with the paths from there.
 *
 * @param from The folder that the command runs in. Its package.json is read, or that of a folder above it.
 * @param folder The project's folder.
 */
export async function localPackages(from: string, folder: string): Promise<LocalPackages> {
  for (let at = resolve(from); ; at = dirname(at)) {
    const text = await readFile(join(at, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined) return packagesIn(text, at, folder);
    if (at === dirname(at)) return {};
  }
}

function packagesIn(text: string, at: string, folder: string): LocalPackages {
  const found: Record<string, string> = {};
  for (const [name, specifier] of dependenciesIn(text)) {
    if (!isOurs(name) || typeof specifier !== "string" || !specifier.startsWith("file:")) continue;
    const path = resolve(at, specifier.slice("file:".length));
    found[name] = `file:${relative(folder, path).replaceAll(sep, "/")}`;
  }
  return found;
}

/** All dependencies of a package.json, none if it cannot be read: it is not the project's. */
function dependenciesIn(text: string): [name: string, specifier: unknown][] {
  try {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text);
    return Object.entries({ ...optionalDependencies, ...devDependencies, ...dependencies });
  } catch {
    return [];
  }
}

/** The dependencies, with those that are installed from files here. */
export function withLocal(
  dependencies: Readonly<Record<string, string>>,
  local: LocalPackages,
): Record<string, string> {
  const wanted = Object.entries(dependencies).map(([name, version]) => [name, local[name] ?? version]);
  return Object.fromEntries(wanted);
}

/**
 * What our packages need of each other. A registry is asked for it unless the project names it as well, so it
 * must be named where our packages are installed from files.
 */
export function neededLocally(
  dependencies: Readonly<Record<string, string>>,
  local: LocalPackages,
): Record<string, string> {
  const postgres = "@usher-auth/postgres";
  const isNeeded = local["usher-auth"] !== undefined && dependencies["usher-auth"] !== undefined;
  return isNeeded && local[postgres] !== undefined ? { [postgres]: local[postgres] } : {};
}
