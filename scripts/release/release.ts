import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type LockFile, readLockFile } from "../check/dependencies/lock-file.ts";
import { type Manifest, root, type Tarball } from "./pack.ts";
import { type BillOfMaterials, billOfRepository, billsOfPackages } from "./sbom.ts";

/**
 * Writes a bill of materials for each tarball and for the repository, and SHA256SUMS, beside the tarballs.
 */
export async function describeTarballs(
  folder: string,
  tarballs: readonly Tarball[],
  made: Date,
): Promise<void> {
  const lock: LockFile = await readLockFile(join(root, "package-lock.json"));
  const bills = await billsOfPackages(tarballs, lock, made);
  for (const [index, { file }] of tarballs.entries()) {
    await write(join(folder, file.replace(/\.tgz$/, ".cdx.json")), bills[index] as BillOfMaterials);
  }
  const whole = await billOfRepository(made);
  const { name, version } = whole.metadata.component;
  await write(join(folder, `${name}-${version}.cdx.json`), whole);
  await writeSums(folder);
}

/** In the format of `sha256sum`. */
async function writeSums(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((file) => /\.(?:tgz|cdx\.json)$/.test(file)).sort();
  const lines = files.map(async (file) => {
    const sum = createHash("sha256").update(await readFile(join(folder, file)));
    return `${sum.digest("hex")}  ${file}\n`;
  });
  await writeFile(join(folder, "SHA256SUMS"), (await Promise.all(lines)).join(""));
}

/** Packed files that are not committed. Built files are left out. */
export async function uncommittedFiles(tarballs: readonly Tarball[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "packages"], { cwd: root });
  const committed = new Set(stdout.split("\0"));
  const packed = tarballs.flatMap(({ folder, files }) =>
    files.filter((file) => !file.startsWith("dist/")).map((file) => `packages/${folder}/${file}`),
  );
  return packed.filter((file) => !committed.has(file));
}

/** Each package comes after the packages that it depends on. */
export function publishingOrder<Kind extends { readonly manifest: Manifest }>(
  packages: readonly Kind[],
): Kind[] {
  const ordered: Kind[] = [];
  const add = (one: Kind) => {
    if (ordered.includes(one)) return;
    const needs = Object.keys({ ...one.manifest.dependencies, ...one.manifest.peerDependencies });
    for (const other of packages) if (other !== one && needs.includes(other.manifest.name)) add(other);
    ordered.push(one);
  };
  for (const one of packages) add(one);
  return ordered;
}

async function write(path: string, bill: BillOfMaterials): Promise<void> {
  await writeFile(path, `${JSON.stringify(bill, null, 2)}\n`);
}
