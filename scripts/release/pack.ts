/** Builds and packs every public package, for a release and for its tests. */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "tsdown";
import config from "../../tsdown.config.ts";
import { npmCommand } from "../run/npm-command.ts";

export const root: string = resolve(import.meta.dirname, "../..");

/** The fields of package.json that are used. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly repository?: unknown;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node: string };
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A packed package. */
export interface Tarball {
  /** Its folder in `packages`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly file: string;
  /** The hash in the registry and in lock files: `sha512-…`. */
  readonly integrity: string;
  /** The paths of its files. */
  readonly files: readonly string[];
}

/** The output of `npm pack --json` for a package. */
interface NpmPacked {
  readonly name: string;
  readonly filename: string;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/** The folders of the public packages. */
export async function publicPackages(): Promise<string[]> {
  return (await readdir(join(root, "packages"))).sort();
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, "packages", folder, "package.json"), "utf8"));
}

/** Whether a path is copied: everything except installed and built files. */
export const isSource = (path: string): boolean => !/[/\\](?:node_modules|dist)$/.test(path);

/**
 * Builds every package and packs it as `npm publish` would, in a separate folder, so that neither an old
 * `dist` nor concurrent tests have an effect. The same sources give the same bytes, whatever the folder.
 */
export async function packAll(workspace: string, destination: string): Promise<Tarball[]> {
  const folders = await publicPackages();
  await cp(join(root, "packages"), join(workspace, "packages"), { recursive: true, filter: isSource });
  await cp(join(root, "tsconfig.base.json"), join(workspace, "tsconfig.base.json"));
  await symlink(join(root, "node_modules"), join(workspace, "node_modules"), "dir");
  for (const options of config) {
    await build({
      ...options,
      config: false,
      cwd: join(workspace, options.cwd as string),
      logLevel: "error",
    });
  }
  await mkdir(destination, { recursive: true });
  const places = folders.map((folder) => `./packages/${folder}`);
  const { command, args } = npmCommand([
    "pack",
    "--json",
    "--offline",
    "--pack-destination",
    destination,
    ...places,
  ]);
  const { stdout } = await promisify(execFile)(command, args, { cwd: workspace });
  const listed = Object.values(JSON.parse(stdout)) as NpmPacked[];
  return Promise.all(
    folders.map(async (folder) => {
      const manifest = await readManifest(folder);
      const packed = listed.find(({ name }) => name === manifest.name);
      if (packed === undefined) throw new Error(`npm packed nothing for packages/${folder}`);
      const files = packed.files.map(({ path }) => path).sort();
      return { folder, manifest, file: packed.filename, integrity: packed.integrity, files };
    }),
  );
}
