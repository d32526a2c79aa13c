/**
 * Type-checks every TypeScript block in the README files, in docs/ and in the docstrings of the packages,
 * each as a separate module, against the packages' sources. Runs the blocks that are marked `run` or
 * `server`. A block that cannot be checked is marked `no-check` and starts with a comment that says why.
 * Every adapter must have a guide with a server.
 *
 * Usage: node --conditions=@usher-auth/source scripts/check-docs.ts [--root <folder>] [file or folder ...]
 */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findDocstringExamples } from "./check/docs/docstrings.ts";
import { type Example, findExamples } from "./check/docs/examples.ts";
import { runExamples, type WrittenExample } from "./check/docs/run-examples.ts";
import { writeExample } from "./check/docs/write-example.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { root: { type: "string" } } });
const root = values.root ?? repository;
/** Relative to the root. None: everything. */
const paths = positionals.map((path) => relative(root, path).split(sep).join("/"));

const faults: string[] = [];

process.exitCode = await checkDocumentation();

async function checkDocumentation(): Promise<number> {
  const examples = [
    ...files("*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md").flatMap(
      findIn(findExamples),
    ),
    ...files("packages/*/src/**/*.ts").flatMap(findIn(findDocstringExamples)),
  ];
  if (paths.length === 0) requireGuides(examples);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  const checked = examples.filter((example) => !example.isExempt);
  const toRun = checked.filter(({ run }) => run !== undefined).length;
  process.stdout.write(
    `${checked.length} examples, ${examples.length - checked.length} exempt, ${toRun} to run\n`,
  );
  const status = checked.length === 0 ? 0 : await check(checked);
  return faults.length > 0 ? 1 : status;
}

/** The examples of a file; a fault of its blocks is noted. */
function findIn(find: (file: string, text: string) => Example[]): (file: string) => Example[] {
  return (file) => {
    try {
      return find(file, readFileSync(join(root, file), "utf8"));
    } catch (error) {
      faults.push((error as Error).message);
      return [];
    }
  };
}

function files(...patterns: string[]): string[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((file) => file.replaceAll(sep, "/"))
    .filter(
      (file) => paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`)),
    )
    .sort();
}

/** Notes each adapter without a guide, or with a guide that has no server. */
function requireGuides(examples: readonly Example[]): void {
  for (const adapter of globSync("packages/verify/src/adapters/*.ts", { cwd: root })) {
    const guide = `docs/guide/${basename(adapter, ".ts")}.md`;
    // The repository installs h3 version 2, so examples for version 1 cannot run. Its contract tests do.
    const isRun = guide !== "docs/guide/h3-v1.md";
    if (!examples.some(({ file, run }) => file === guide && (!isRun || run !== undefined)))
      faults.push(`${adapter}: ${guide} must contain a server that is run`);
  }
}

async function check(examples: Example[]): Promise<number> {
  // Inside the repository, so that imports resolve to its node_modules.
  const parent = join(repository, "dist");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "examples-"));
  try {
    const written = examples.map((example) => ({ example, path: writeExample(folder, example) }));
    const together = written.filter(({ example }) => !example.isAlone);
    const programs = [together, ...written.filter(({ example }) => example.isAlone).map((one) => [one])];
    if (
      typeCheck(
        folder,
        programs.filter((program) => program.length > 0),
      ) !== 0
    )
      return 1;
    const failures = await runExamples(written);
    for (const failure of failures) process.stderr.write(`${failure}\n\n`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One compiler for all programs, because they share most of their modules. */
function typeCheck(folder: string, programs: readonly WrittenExample[][]): number {
  const projects = programs.map((program, index) => {
    const project = join(folder, `tsconfig.${index}.json`);
    writeFileSync(project, JSON.stringify(configuration(folder, program)));
    return project;
  });
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, "--build", "--pretty", "false", ...projects],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  let output = `${stdout}${stderr}`;
  for (const { example, path } of programs.flat())
    output = output.replaceAll(relative(folder, path), example.file);
  process.stderr.write(output);
  return status ?? 1;
}

function configuration(folder: string, program: readonly WrittenExample[]) {
  return {
    extends: relative(folder, join(repository, "tsconfig.base.json")),
    compilerOptions: { lib: ["es2024", "dom"], jsx: "react-jsx", experimentalDecorators: true },
    files: program.map(({ path }) => path),
  };
}
