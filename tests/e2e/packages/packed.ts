import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { glob, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { waitForLock } from "../../../scripts/launch/lock.ts";
import { isSource, type Manifest, packAll, root, type Tarball } from "../../../scripts/release/pack.ts";

/** A package as npm would publish it. */
export interface Packed extends Tarball {
  /** The path of the tarball. */
  readonly path: string;
  /** The folder that it is unpacked to. */
  readonly contents: string;
  /** The package.json in the tarball. */
  readonly manifest: Manifest;
  read(file: string): string;
}

/** The cache of tarballs. A change of any input invalidates it. */
const store = join(root, "node_modules/.cache/usher-packages");

/** The prefix of the build folder's name. No packed file may contain it. */
export const buildFolder: string = "usher-build-";

/**
 * Builds every package from its current sources, with the tarballs in `folder`. Packing takes seconds, so all
 * test files share the tarballs of the first one.
 */
export async function packed(folder: string): Promise<Packed[]> {
  const key = await hashOfInputs();
  await mkdir(store, { recursive: true });
  const lock = await waitForLock(join(store, "lock"), AbortSignal.timeout(100_000));
  try {
    const cached = join(store, key);
    const list = join(cached, "tarballs.json");
    if ((await readFile(list).catch(() => undefined)) === undefined) await packInto(cached, list);
    cpSync(cached, folder, { recursive: true });
  } finally {
    lock.release();
  }
  const tarballs: Tarball[] = JSON.parse(await readFile(join(folder, "tarballs.json"), "utf8"));
  return tarballs.map((tarball) => readPackage(tarball, folder));
}

/** Writes the list last, so that the files of a killed process are not used. */
async function packInto(cached: string, list: string): Promise<void> {
  for (const old of await readdir(store)) {
    if (!old.startsWith("lock")) await rm(join(store, old), { recursive: true });
  }
  const workspace = await mkdtemp(join(tmpdir(), buildFolder));
  try {
    const tarballs = await packAll(workspace, cached);
    await Promise.all(tarballs.map(({ file, folder }) => unpack(join(cached, file), join(cached, folder))));
    await writeFile(list, JSON.stringify(tarballs));
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function unpack(tarball: string, target: string): Promise<void> {
  // Imported only when needed, because it loads a compiler.
  const { createPackageFromTarballData } = await import("@arethetypeswrong/core");
  const contents = createPackageFromTarballData(await readFile(tarball));
  for (const file of contents.listFiles()) {
    const place = join(target, file.slice(`/node_modules/${contents.packageName}/`.length));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, contents.readFile(file));
  }
}

/** A hash of all inputs of the tarballs: sources, settings, and the tools in the lock file. */
async function hashOfInputs(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  const settings = ["package-lock.json", "tsconfig.base.json", "tsdown.config.ts"];
  const scripts = ["scripts/release/pack.ts", "tests/e2e/packages/packed.ts"];
  const named = [...settings, ...scripts].map((name) => join(root, name));
  const files = glob("packages/**", {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => !isSource(`/${entry.name}`),
  });
  const sources: string[] = [];
  for await (const entry of files) if (entry.isFile()) sources.push(join(entry.parentPath, entry.name));
  for (const file of [...named, ...sources.sort()]) {
    hash.update(`\n${file}\n`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 32);
}

/** Reads the manifest and the files of the unpacked tarball, rather than npm's report about it. */
function readPackage(tarball: Tarball, folder: string): Packed {
  const contents = join(folder, tarball.folder);
  const files = readdirSync(contents, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(contents, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();
  const read = (file: string) => readFileSync(join(contents, file), "utf8");
  const path = join(folder, tarball.file);
  return { ...tarball, manifest: JSON.parse(read("package.json")), path, contents, files, read };
}

/** Copies a package's files to where npm would install it, which needs the network. */
export function extract({ contents }: Packed, target: string): void {
  cpSync(contents, target, { recursive: true });
}
