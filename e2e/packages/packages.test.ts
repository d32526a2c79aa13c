import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportedNames } from "./exports.ts";
import { type Packed, packAll, root } from "./pack.ts";

const folders = ["cli", "client", "issuer", "postgres", "testing", "verify"];
let folder: string;
let packed: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-packages-"));
  packed = await packAll(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("are all there", () => {
  expect(packed.map((one) => one.folder)).toEqual(folders);
});

describe.each(folders)("the tarball of packages/%s", (name) => {
  const find = () => packed.find((one) => one.folder === name) as Packed;

  it("has the licence, the code, its sources, and nothing else", async () => {
    const { files, read } = find();
    expect(read("LICENSE")).toBe(await readFile(join(root, "LICENSE"), "utf8"));
    for (const file of files) {
      expect(file).toMatch(/^(?:LICENSE|README\.md|package\.json|dist\/.+\.(?:js|js\.map|d\.ts)|src\/.+\.ts)$/);
      expect(file).not.toMatch(/(?:^|\/)tests?\/|\.test\./);
    }
  });

  it("has source maps that lead to its own sources", () => {
    const { files, read } = find();
    const maps = files.filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(0);
    for (const map of maps) {
      const { sources } = JSON.parse(read(map)) as { sources: string[] };
      for (const source of sources) expect(files).toContain(posix.join(posix.dirname(map), source));
    }
  });

  it("names no folder of the machine that it was built on", () => {
    const { files, read } = find();
    for (const file of files) {
      expect(read(file).includes(root), file).toBe(false);
      expect(read(file).includes(folder), file).toBe(false);
    }
  });

  it("can be published with provenance, except for the repository's address, which there is none of yet", () => {
    const { manifest } = find();
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/.{20}/),
      license: "MIT",
      sideEffects: false,
      engines: { node: expect.stringMatching(/^>=2\d$/) },
      publishConfig: { access: "public", provenance: true },
    });
    expect(manifest.keywords?.length).toBeGreaterThan(2);
    for (const peer of Object.keys(manifest.peerDependenciesMeta ?? {})) {
      expect(manifest.peerDependencies).toHaveProperty([peer], expect.stringMatching(/^[\^>]/));
    }
  });

  it("is what publint asks for", async () => {
    const { manifest, bytes } = find();
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(bytes).buffer },
      level: "warning",
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it("has types that are found wherever its code is", async ({ skip }) => {
    const { manifest, bytes } = find();
    if (manifest.exports === undefined) skip("it is a program, and nothing to import");
    expect(await wrongTypes(bytes)).toEqual([]);
  });
});

/**
 * What arethetypeswrong finds, but for two kinds of finding that are as they should be:
 * - node10 resolution knows no `exports`, and no supported Node resolves so;
 * - require() of these packages loads ES modules, which each supported Node can (`CJSResolvesToESM`). That it does is
 *   tested by running it.
 */
async function wrongTypes(tarball: Uint8Array): Promise<unknown[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ["there are no types"];
  return result.problems.filter(
    (problem) =>
      !("resolutionKind" in problem && problem.resolutionKind === "node10") && problem.kind !== "CJSResolvesToESM",
  );
}

it("export these names, and no others", async () => {
  await expect(`${packed.map(exportedNames).filter(Boolean).join("\n\n")}\n`).toMatchFileSnapshot("exported-names.txt");
});
