import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDocstringExamples } from "../../../scripts/check/docs/docstrings.ts";
import { type Example, findExamples } from "../../../scripts/check/docs/examples.ts";
import { runExamples, type WrittenExample } from "../../../scripts/check/docs/run-examples.ts";
import { writeExample } from "../../../scripts/check/docs/write-example.ts";
import { root } from "../../../scripts/release/pack.ts";
import { type Packed, packed } from "./packed.ts";
import { createProject, run } from "./project.ts";

let folder: string;
let project: string;
let packages: Packed[];
let examples: WrittenExample[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-install-"));
  packages = await packed(join(folder, "tarballs"));
  project = await createProject(folder, packages);
  const examplesFolder = join(project, "examples");
  examples = (await documented()).map((example) => ({
    example,
    path: writeExample(examplesFolder, example),
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every example of the documentation that compiles together with the others. */
async function documented(): Promise<Example[]> {
  const findIn = (pattern: string | string[], find: typeof findExamples) =>
    globSync(pattern, { cwd: root })
      .sort()
      .map(async (file) => find(file, await readFile(join(root, file), "utf8")));
  const found = await Promise.all([
    ...findIn(["README.md", "docs/**/*.md", "packages/*/README.md"], findExamples),
    ...findIn("packages/*/src/**/*.ts", findDocstringExamples),
  ]);
  return found.flat().filter(({ isExempt, isAlone }) => !isExempt && !isAlone);
}

/** Every specifier that imports one of the packages. */
const importable = () =>
  packages.flatMap(({ manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
      typeof target === "string" ? [] : [manifest.name + subpath.slice(1)],
    ),
  );

/** Loads each module with require() and import(): both return the same one, from the project's folder. */
const loadTwice = `
const { join, sep } = require("node:path");
require("reflect-metadata"); // Nest's decorators need it
(async () => {
  const names = process.argv.slice(2);
  for (const name of names) {
    const file = require.resolve(name);
    if (!file.startsWith(join(__dirname, "node_modules") + sep)) throw new Error(name + " is " + file);
    if (require(name) !== (await import(name))) throw new Error(name + " is loaded twice");
    if (Object.keys(require(name)).length === 0) throw new Error(name + " is empty");
  }
  console.log(names.length + " loaded");
})();
`;

describe("the packages, installed from their tarballs", () => {
  it.each([
    ["NodeNext", "NodeNext"],
    ["Bundler", "ESNext"],
  ])(
    "compile with every example of the documentation, with %s resolution",
    async (moduleResolution, module) => {
      const options = {
        moduleResolution,
        module,
        target: "ES2024",
        lib: ["ES2024", "DOM"],
        jsx: "react-jsx",
      };
      const strict = {
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ["node"],
        skipLibCheck: true,
        experimentalDecorators: true,
      };
      const file = `tsconfig.${moduleResolution}.json`;
      await writeFile(
        join(project, file),
        JSON.stringify({
          compilerOptions: { ...options, ...strict, moduleDetection: "force" },
          include: ["examples"],
        }),
      );
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const ended = await run(
        process.execPath,
        [tsc, "-p", file, "--pretty", "false", "--checkers", "1"],
        project,
      );
      expect(ended).toEqual({ code: 0, output: "" });
      expect(examples.length).toBeGreaterThan(30);
    },
  );

  it("load with import and with require", async () => {
    const names = importable();
    expect(names.length).toBeGreaterThan(15);
    await writeFile(join(project, "load.cjs"), loadTwice);
    const { code, output } = await run(process.execPath, ["load.cjs", ...names], project);
    expect([code, output]).toEqual([0, `${names.length} loaded\n`]);
  });

  it("run an example of every adapter", async () => {
    const adapters = globSync("packages/verify/src/adapters/*.ts", { cwd: root })
      .map((file) => basename(file, ".ts"))
      // In this repository, `h3` is another version.
      .filter((name) => name !== "h3-v1");
    const ofAdapter = (adapter: string) => {
      const ofGuide = examples.filter(({ example }) => example.file === `docs/guide/${adapter}.md`);
      // The example of the WebSocket guard is a program that ends by itself.
      const find = (kind: string) => ofGuide.find(({ example }) => example.run?.kind === kind);
      return find("server") ?? find("program");
    };
    const chosen = adapters.map(ofAdapter).filter((one) => one !== undefined);
    expect(chosen.map(({ example }) => basename(example.file, ".md"))).toEqual(adapters);
    expect(await runExamples(chosen, [])).toEqual([]);
  });
});
