import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createPackageFromTarballData, type Package } from "@arethetypeswrong/core";
import { build } from "tsdown";
import config from "../../tsdown.config.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What of package.json is looked at. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node: string };
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package as it would be published. */
export interface Packed {
  /** Its folder in `packages`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly tarball: string;
  readonly bytes: Uint8Array;
  /** Its files, below its root. */
  readonly files: readonly string[];
  read(file: string): string;
}

/**
 * Builds every package and packs it as `npm publish` would, all below a folder: neither a stale `dist` in the checkout
 * nor tests that run at the same time have a say.
 */
export async function packAll(folder: string): Promise<Packed[]> {
  const names = (await readdir(join(root, "packages"))).sort();
  const isSource = (path: string) => !/[/\\](?:node_modules|dist)$/.test(path);
  await cp(join(root, "packages"), join(folder, "packages"), { recursive: true, filter: isSource });
  await cp(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  for (const options of config) {
    await build({ ...options, config: false, cwd: join(folder, options.cwd as string), logLevel: "error" });
  }
  const tarballs = join(folder, "tarballs");
  await mkdir(tarballs);
  const places = names.map((name) => `./packages/${name}`);
  const packing = promisify(execFile)("npm", ["pack", "--json", "--pack-destination", tarballs, ...places], {
    cwd: folder,
  });
  const listed = Object.values(JSON.parse((await packing).stdout)) as { name: string; filename: string }[];
  return Promise.all(names.map((name, index) => read(name, join(tarballs, listed[index]?.filename as string))));
}

async function read(folder: string, tarball: string): Promise<Packed> {
  const bytes = await readFile(tarball);
  const contents: Package = createPackageFromTarballData(bytes);
  const top = `/node_modules/${contents.packageName}/`;
  const readText = (file: string) => contents.readFile(top + file);
  return {
    folder,
    manifest: JSON.parse(readText("package.json")),
    tarball,
    bytes,
    files: contents.listFiles().map((file) => file.slice(top.length)),
    read: readText,
  };
}

/** Lays a package's files out, where npm cannot install it without a network. */
export async function extract({ files, read: readText }: Packed, target: string): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await writeFile(join(target, file), readText(file));
  }
}
