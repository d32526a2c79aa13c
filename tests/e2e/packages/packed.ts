import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { glob, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { waitForLock } from "../../../scripts/launch/lock.ts";
import { isSource, type Manifest, packAll, root, type Tarball } from "../../../scripts/release/pack.ts";

/** A package as it would be published. */
export interface Packed extends Tarball {
  /** The tarball. */
  readonly path: string;
  /** Where it is unpacked. */
  readonly contents: string;
  /** Its package.json, as packed. */
  readonly manifest: Manifest;
  read(file: string): string;
}

/** Tarballs that were packed are kept here, for as long as nothing that they are made of changes. */
const store = join(root, "node_modules/.cache/usher-packages");

/** The folder that packages are built in has this in its name, and no packed file may have it. */
export const buildFolder: string = "usher-build-";

/**
 * Every package, built from the sources as they are, with its tarball in `folder`. Packing takes seconds:
 * test files that run at the same time, or one after the other, share what the first one packed.
 */
export async function packed(folder: string): Promise<Packed[]> {
  const key = await hashOfInputs();
  await mkdir(store, { recursive: true });
  const lock = await waitForLock(join(store, "lock"), AbortSignal.timeout(100_000));
  try {
    const kept = join(store, key);
    const list = join(kept, "tarballs.json");
    if ((await readFile(list).catch(() => undefined)) === undefined) await packInto(kept, list);
    cpSync(kept, folder, { recursive: true });
  } finally {
    lock.release();
  }
  const tarballs: Tarball[] = JSON.parse(await readFile(join(folder, "tarballs.json"), "utf8"));
  return tarballs.map((tarball) => look(tarball, folder));
}

/** The list is written last: without it, what a killed process left behind counts for nothing. */
async function packInto(kept: string, list: string): Promise<void> {
  for (const old of await readdir(store)) {
    if (!old.startsWith("lock")) await rm(join(store, old), { recursive: true });
  }
  const workspace = await mkdtemp(join(tmpdir(), buildFolder));
  try {
    const tarballs = await packAll(workspace, kept);
    await Promise.all(tarballs.map(({ file, folder }) => unpack(join(kept, file), join(kept, folder))));
    await writeFile(list, JSON.stringify(tarballs));
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function unpack(tarball: string, target: string): Promise<void> {
  // Loaded when needed: it brings a compiler with it.
  const { createPackageFromTarballData } = await import("@arethetypeswrong/core");
  const contents = createPackageFromTarballData(await readFile(tarball));
  for (const file of contents.listFiles()) {
    const place = join(target, file.slice(`/node_modules/${contents.packageName}/`.length));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, contents.readFile(file));
  }
}

/** All that has a say in what the tarballs are: sources, settings, and the tools by their lock file. */
async function hashOfInputs(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  const settings = ["package-lock.json", "tsconfig.base.json", "tsdown.config.ts"];
  const makers = ["scripts/release/pack.ts", "tests/e2e/packages/packed.ts"];
  const named = [...settings, ...makers].map((name) => join(root, name));
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

/**
 * Reads what was unpacked: the manifest and the files are those of the tarball, and not what npm says of it.
 */
function look(tarball: Tarball, folder: string): Packed {
  const contents = join(folder, tarball.folder);
  const files = readdirSync(contents, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(contents, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();
  const read = (file: string) => readFileSync(join(contents, file), "utf8");
  const path = join(folder, tarball.file);
  return { ...tarball, manifest: JSON.parse(read("package.json")), path, contents, files, read };
}

/** Lays a package's files out, where npm cannot install it without a network. */
export function extract({ contents }: Packed, target: string): void {
  cpSync(contents, target, { recursive: true });
}
