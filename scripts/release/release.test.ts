import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Manifest, root } from "./pack.ts";
import { obstacles, type State } from "./readiness.ts";
import { publishingOrder, uncommittedFiles } from "./release.ts";

const repository = { type: "git", url: "git+https://example.com/usher.git" };
const verify: Manifest = { name: "@usher-auth/verify", version: "1.2.0", repository };
const cli: Manifest = {
  name: "usher-auth",
  version: "1.2.0",
  repository,
  dependencies: { [verify.name]: "1.2.0" },
};
const ready: State = {
  uncommitted: "",
  version: "1.2.0",
  manifests: [cli, verify],
  changelog: "# Changelog\n\n## Unreleased\n\n## 1.2.0 (2030-01-02)\n\n- Something.\n\n## 1.1.0\n\n- Else.\n",
};

test("is ready when everything is committed, has one version and is in the changelog", () => {
  expect(obstacles(ready)).toEqual([]);
  expect(obstacles({ ...ready, changelog: "## [1.2.0] - 2030-01-02\n\n- Something.\n" })).toEqual([]);
});

test.each<[string, Partial<State>, string[]]>([
  [
    "uncommitted changes",
    { uncommitted: " M README.md" },
    ["the working tree has changes: commit or stash them"],
  ],
  [
    "another version",
    { manifests: [cli, { ...verify, version: "1.1.0" }] },
    ["@usher-auth/verify is 1.1.0, the others are 1.2.0"],
  ],
  [
    "a dependency of another version",
    { manifests: [{ ...cli, dependencies: { [verify.name]: "1.1.0" } }, verify] },
    ["usher-auth requires @usher-auth/verify@1.1.0 instead of 1.2.0"],
  ],
  [
    "no repository",
    { manifests: [cli, { name: verify.name, version: verify.version }] },
    ['@usher-auth/verify has no "repository", which npm requires for provenance'],
  ],
  [
    "a version without a section in the changelog",
    { changelog: "## Unreleased\n\n## 1.1.0\n\nNot 1.2.0.\n" },
    ['CHANGELOG.md has no section 1.2.0: give "Unreleased" its version and date'],
  ],
  [
    "unreleased changes in the changelog",
    { changelog: "## Unreleased\n\n### Added\n\n- More.\n\n## 1.2.0\n\n- Something.\n" },
    ['CHANGELOG.md has changes under "Unreleased": move them to 1.2.0'],
  ],
])("is not ready with %s", (_what, change, expected) => {
  expect(obstacles({ ...ready, ...change })).toEqual(expected);
});

test("publishes a package after the packages that it depends on", () => {
  const postgres = { name: "p", version: "1.2.0", dependencies: { [verify.name]: "1.2.0" } };
  const all = [{ ...cli, dependencies: { p: "1.2.0", ...cli.dependencies } }, postgres, verify];
  const order = publishingOrder(all.map((manifest) => ({ manifest })));
  expect(order.map(({ manifest }) => manifest.name)).toEqual([verify.name, "p", cli.name]);
});

test("finds packed files that are not committed, except for built ones", async ({ skip }) => {
  if (!isClone()) skip(noClone);
  const files = ["LICENSE", "dist/index.js", "src/index.ts", "src/notes.ts"];
  const tarball = { folder: "verify", manifest: verify, file: "", integrity: "", files };
  expect(await uncommittedFiles([tarball])).toEqual(["packages/verify/src/notes.ts"]);
});

test("leaves an earlier release in the folder unchanged", ({ skip }) => {
  if (!isClone()) skip(noClone);
  const folder = mkdtempSync(join(tmpdir(), "usher-release-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "SHA256SUMS"), "");
  const words = [join(root, "scripts/prepare-release.ts"), folder, "--rehearse"];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect([status, stdout]).toEqual([1, expect.stringContaining(`${folder} is not empty`)]);
  expect(readdirSync(folder)).toEqual(["SHA256SUMS"]);
});

const noClone = "git is not installed, or this is not a clone";

/** Not when the repository was downloaded as an archive. */
function isClone(): boolean {
  try {
    return execFileSync("git", ["rev-parse", "--git-dir"], { cwd: root, stdio: "pipe" }).length > 0;
  } catch {
    return false;
  }
}
