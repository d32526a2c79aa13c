/**
 * `npm run release:prepare [-- <folder>] [-- --rehearse]`: writes everything that a release consists of, and
 * publishes nothing. Stops when the repository is not ready for a release; a rehearsal lists what is missing
 * and continues.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
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

const missing = obstacles(await readState());
if (missing.length > 0) print(["Not ready to be released:", ...missing.map((obstacle) => `  ${obstacle}`)]);

if (missing.length > 0 && !values.rehearse) {
  print(["To see what a release would contain: npm run release:prepare -- --rehearse"]);
  process.exitCode = 1;
} else if (await isTaken(folder)) {
  print([`${folder} is not empty: empty it, or name another folder`]);
  process.exitCode = 1;
} else {
  await prepare();
}

async function prepare(): Promise<void> {
  const tarballs = await pack();
  const uncommitted = await uncommittedFiles(tarballs);
  if (uncommitted.length > 0) {
    print(["Packed files that are not committed:", ...uncommitted.map((file) => `  ${file}`)]);
  }
  if (uncommitted.length > 0 && !values.rehearse) {
    await rm(folder, { recursive: true });
    process.exitCode = 1;
    return;
  }
  await describeTarballs(folder, tarballs, await commitTime());
  const order = publishingOrder(tarballs).map(({ file }) => `${file}\n`);
  await writeFile(join(folder, "publish-order.txt"), order.join(""));
  print(["", `${folder}:`, ...(await readdir(folder)).sort().map((file) => `  ${file}`), ""]);
  print(values.rehearse ? ["This was a rehearsal: publish none of it."] : nextSteps(tarballs));
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

function nextSteps(tarballs: readonly Tarball[]): string[] {
  const tag = `v${tarballs[0]?.manifest.version}`;
  return [
    "Nothing is published yet. To publish:",
    `  git tag ${tag} && git push origin ${tag}`,
    "The release workflow (.github/workflows/release.yml) packs the same files, publishes them in the order of",
    "publish-order.txt, and attaches the bills of materials (*.cdx.json) and SHA256SUMS to the release.",
  ];
}

async function isTaken(place: string): Promise<boolean> {
  return (await readdir(place).catch(() => [])).length > 0;
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
