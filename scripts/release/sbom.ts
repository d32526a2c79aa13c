/** Software bills of materials in CycloneDX, made with `npm sbom`. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dependenciesOf, type Locked, type LockFile } from "../check/dependencies/lock-file.ts";
import { npmCommand } from "../run/npm-command.ts";
import { root, type Tarball } from "./pack.ts";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
}

/** The fields of CycloneDX that are used. */
export interface BillOfMaterials {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** Everything in the repository's lock file, with development dependencies marked. */
export async function billOfRepository(made: Date): Promise<BillOfMaterials> {
  return settle(await npmSbom(root), made);
}

/**
 * For each tarball, what installing it adds: the package with the hash of its tarball, and its dependencies
 * in the versions of the lock file. Without peer dependencies, which the user's project brings.
 *
 * `npm sbom --workspace` would include development dependencies. So npm describes a project that installs
 * only the tarballs, and the result is split by package.
 */
export async function billsOfPackages(
  tarballs: readonly Tarball[],
  lock: LockFile,
  made: Date,
): Promise<BillOfMaterials[]> {
  const project = await mkdtemp(join(tmpdir(), "usher-sbom-"));
  try {
    const dependencies = Object.fromEntries(
      tarballs.map(({ manifest }) => [manifest.name, manifest.version]),
    );
    const manifest = { name: "project", version: "0.0.0", dependencies };
    const packages = { "": manifest, ...installation(tarballs, lock) };
    await writeFile(join(project, "package.json"), JSON.stringify(manifest));
    await writeFile(
      join(project, "package-lock.json"),
      JSON.stringify({ ...manifest, lockfileVersion: 3, packages }),
    );
    const bill = await npmSbom(project);
    return tarballs.map((tarball) =>
      settle(partOf(bill, `${tarball.manifest.name}@${tarball.manifest.version}`), made),
    );
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** The lock file of such a project, in which our packages come from the registry. */
function installation(tarballs: readonly Tarball[], lock: LockFile): Readonly<Record<string, Locked>> {
  const ours = new Map(tarballs.map((tarball) => [`packages/${tarball.folder}`, tarball]));
  const folders = new Set([...ours.keys()].flatMap((own) => [own, ...dependenciesOf(lock, own)]));
  const entries = [...folders].map((folder): [string, Locked] => {
    const locked = lock.packages[folder] as Locked;
    const own = /^packages\/[^/]+/.exec(folder)?.[0] ?? "";
    const tarball = ours.get(own);
    if (tarball === undefined) return [folder, locked];
    const place = folder.replace(own, `node_modules/${tarball.manifest.name}`);
    return [place, folder === own ? { ...locked, integrity: tarball.integrity } : locked];
  });
  return Object.fromEntries(entries);
}

async function npmSbom(folder: string): Promise<BillOfMaterials> {
  const words = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--legacy-peer-deps"];
  const { command, args } = npmCommand(words);
  const { stdout } = await promisify(execFile)(command, args, { cwd: folder, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

/** The part of a bill for one component and its dependencies. */
function partOf(bill: BillOfMaterials, reference: string): BillOfMaterials {
  const reached = new Set([reference]);
  for (const ref of reached) {
    for (const next of bill.dependencies.find((one) => one.ref === ref)?.dependsOn ?? []) reached.add(next);
  }
  const component = bill.components.find((one) => one["bom-ref"] === reference);
  if (component === undefined)
    throw new Error(`npm sbom does not list ${reference}: is the lock file up to date?`);
  return {
    ...bill,
    metadata: { ...bill.metadata, component },
    components: bill.components.filter((one) => one !== component && reached.has(one["bom-ref"])),
    dependencies: bill.dependencies.filter(({ ref }) => reached.has(ref)),
  };
}

/**
 * Makes a bill reproducible: its time is the commit's, its serial number (a UUID of version 8, RFC 9562
 * section 5.8) is a hash of the content, and our components have their package names instead of folder names.
 */
export function settle(bill: BillOfMaterials, made: Date): BillOfMaterials {
  const named = (one: Component) => ({ ...one, name: one["bom-ref"].slice(0, -one.version.length - 1) });
  const settled = {
    ...bill,
    metadata: { ...bill.metadata, timestamp: made.toISOString(), component: named(bill.metadata.component) },
    components: bill.components.map(named),
  };
  const hash = createHash("sha256")
    .update(JSON.stringify({ ...settled, serialNumber: undefined }))
    .digest("hex");
  const serial = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, "$1-$2-8$3-8$4-$5");
  return { ...settled, serialNumber: `urn:uuid:${serial}` };
}
