import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../scripts/release/pack.ts";
import {
  absolutePaths,
  fileList,
  looseDependencies,
  manifestMismatches,
  sourceMapErrors,
  unexpectedFiles,
} from "./contents.ts";
import { exportedNames } from "./exports.ts";
import { type Packed, packed } from "./packed.ts";

const folders = ["cli", "client", "issuer", "opentelemetry", "postgres", "testing", "verify"];
let folder: string;
let packages: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-packages-"));
  packages = await packed(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("every package is packed", () => {
  expect(packages.map((one) => one.folder)).toEqual(folders);
});

describe.each(folders)("the tarball of packages/%s", (name) => {
  const find = () => packages.find((one) => one.folder === name) as Packed;

  it("contains the licence, the code and its sources, and nothing else", async () => {
    const one = find();
    expect(one.read("LICENSE")).toBe(await readFile(join(root, "LICENSE"), "utf8"));
    expect(unexpectedFiles(one)).toEqual([]);
    expect(manifestMismatches(one)).toEqual([]);
  });

  it("has source maps to its own sources", () => {
    expect(find().files).toContainEqual(expect.stringMatching(/\.map$/));
    expect(sourceMapErrors(find())).toEqual([]);
  });

  it("contains no path of the machine that built it", () => {
    expect(absolutePaths(find())).toEqual([]);
  });

  it("runs no install script and depends on version ranges only", () => {
    const { manifest } = find();
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("bundledDependencies");
    expect(manifest).not.toHaveProperty("bundleDependencies");
    const ours = new Map(packages.map((one) => [one.manifest.name, one.manifest.version]));
    expect(looseDependencies(find(), ours)).toEqual([]);
  });

  it("stays below the size limits", async () => {
    const { path, files, read } = find();
    expect((await stat(path)).size).toBeLessThan(650_000);
    expect(files.reduce((sum, file) => sum + read(file).length, 0)).toBeLessThan(2_500_000);
  });

  it("has the metadata to be published with provenance, except the repository", () => {
    const { manifest } = find();
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/.{20}/),
      license: "MIT",
      sideEffects: false,
      engines: { node: expect.stringMatching(/^>=2\d(?:\.\d+)?$/) },
      publishConfig: { access: "public", provenance: true },
    });
    expect(manifest.keywords?.length).toBeGreaterThan(2);
    // Those of this repository have an exact version, which another test checks.
    const peers = Object.keys(manifest.peerDependenciesMeta ?? {}).filter(
      (peer) => !peer.startsWith("@usher-auth/"),
    );
    for (const peer of peers) {
      expect(manifest.peerDependencies).toHaveProperty([peer], expect.stringMatching(/^(?:\*$|[\^>])/));
    }
  });

  it("passes publint", async () => {
    const { manifest, path } = find();
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(await readFile(path)).buffer },
      level: "warning",
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it("has types for every module resolution", async ({ skip }) => {
    const { manifest, path } = find();
    if (manifest.exports === undefined) skip("it is a program and exports nothing");
    expect(await wrongTypes(await readFile(path))).toEqual([]);
  });
});

/**
 * The findings of arethetypeswrong, except two that are expected:
 * - node10 resolution does not support `exports`. No supported Node uses it.
 * - `require()` of these packages loads ES modules (`CJSResolvesToESM`), which every supported Node can do.
 *   Another test runs it.
 */
async function wrongTypes(tarball: Uint8Array): Promise<unknown[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ["there are no types"];
  return result.problems.filter(
    (problem) =>
      !("resolutionKind" in problem && problem.resolutionKind === "node10") &&
      problem.kind !== "CJSResolvesToESM",
  );
}

it("the packages contain the listed files only", async () => {
  await expect(fileList(packages)).toMatchFileSnapshot("packed-files.txt");
});

it("the packages export the listed names only", async () => {
  await expect(`${packages.map(exportedNames).filter(Boolean).join("\n\n")}\n`).toMatchFileSnapshot(
    "exported-names.txt",
  );
});

it("the checks find a fault of each kind", () => {
  const contents: Record<string, string> = {
    ".env": "",
    "binding.gyp": "",
    "src/index.ts": "export {};",
    "src/test/fixtures/one.ts": "export const home = '/home/ada/usher';",
    "dist/index.js": `// ${root}`,
    "dist/index.js.map": JSON.stringify({
      sources: ["../src/index.ts", "../src/gone.ts"],
      sourcesContent: ["export const other = 1;"],
      sourceRoot: "/build",
    }),
    "lib/index.js": "",
  };
  const loose = {
    a: "*",
    b: "latest",
    c: "git+ssh://host/c.git",
    d: "file:../d",
    e: "npm:f@1.0.0",
    g: "^1.0.0",
  };
  const one: Packed = {
    folder: "made-up",
    file: "made-up.tgz",
    integrity: "",
    path: "",
    contents: "",
    manifest: {
      name: "made-up",
      version: "1.0.0",
      files: ["dist", "src", "empty"],
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
      dependencies: { ...loose, ours: "^1.0.0" },
    },
    files: Object.keys(contents),
    read: (file) => contents[file] as string,
  };
  expect(unexpectedFiles(one)).toEqual([".env", "binding.gyp", "src/test/fixtures/one.ts", "lib/index.js"]);
  expect(absolutePaths(one)).toEqual(["src/test/fixtures/one.ts", "dist/index.js"]);
  expect(sourceMapErrors(one)).toEqual([
    "dist/index.js.map: quotes another version of ../src/index.ts",
    "dist/index.js.map: ../src/gone.ts is not in the package",
    "dist/index.js.map: sourceRoot /build",
  ]);
  expect(manifestMismatches(one)).toEqual(["dist/index.d.ts", "empty", "lib/index.js"]);
  const found = looseDependencies(one, new Map([["ours", "1.0.0"]])).map(
    (dependency) => dependency.split("@")[0],
  );
  expect(found).toEqual(["a", "b", "c", "d", "e", "ours"]);
});
