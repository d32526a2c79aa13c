/**
 * `npm run release:prepare [-- <folder>] [-- --rehearse]`: makes all that a release consists of, and
 * publishes nothing. It refuses what is not ready for it; a rehearsal names that and goes on, so that
 * everything can be looked at.
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packAll, root, type Tarball } from "./release/pack.ts";
import { commitTime, obstacles, readState } from "./release/readiness.ts";
import { describeTarballs, publishingOrder, uncommittedFiles } from "./release/release.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rehearse: { type: "boolean" } },
});
const folder = resolve(positionals[0] ?? join(root, "dist-release"));

const inTheWay = obstacles(await readState());
if (inTheWay.length > 0) tell(["Not ready to be released:", ...inTheWay.map((obstacle) => `  ${obstacle}`)]);

if (inTheWay.length > 0 && !values.rehearse) {
  tell(["To look at what it would be all the same: npm run release:prepare -- --rehearse"]);
  process.exitCode = 1;
} else if (await isTaken(folder)) {
  tell([`${folder} is not empty: empty it, or name another one`]);
  process.exitCode = 1;
} else {
  await prepare();
}

async function prepare(): Promise<void> {
  const tarballs = await pack();
  const strangers = await uncommittedFiles(tarballs);
  if (strangers.length > 0) tell(["Packed, and not committed:", ...strangers.map((file) => `  ${file}`)]);
  if (strangers.length > 0 && !values.rehearse) {
    await rm(folder, { recursive: true });
    process.exitCode = 1;
    return;
  }
  await describeTarballs(folder, tarballs, await commitTime());
  tell(["", `${folder}:`, ...(await readdir(folder)).sort().map((file) => `  ${file}`), ""]);
  tell(values.rehearse ? ["A rehearsal: none of this is to be published."] : whatToDo(tarballs));
}

async function pack(): Promise<Tarball[]> {
  const workspace = await mkdtemp(join(tmpdir(), "usher-build-"));
  try {
    await mkdir(folder, { recursive: true });
    return await packAll(workspace, folder);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

function whatToDo(tarballs: readonly Tarball[]): string[] {
  const version = tarballs[0]?.manifest.version;
  const publish = publishingOrder(tarballs).map(({ file }) => `  npm publish ${join(folder, file)}`);
  return [
    "Nothing is published yet. In a CI that may attest where packages come from, in this order:",
    ...publish,
    `  git tag v${version}`,
    "Then keep the bills of materials (*.cdx.json) and SHA256SUMS with the release.",
  ];
}

async function isTaken(place: string): Promise<boolean> {
  return (await readdir(place).catch(() => [])).length > 0;
}

function tell(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
