/**
 * Type-checks every TypeScript block of the README files and of docs/, each as a module of its own, with the
 * packages of this repository, and runs those that are marked for it: ```ts run, ```ts server. A block that
 * cannot be checked is opened with ```ts no-check and starts with a comment that says why. Every adapter must
 * have a guide with a server.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Example, findExamples } from "./check/docs/examples.ts";
import { runExamples, type WrittenExample } from "./check/docs/run-examples.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
const repository = fileURLToPath(new URL("..", import.meta.url));

process.exitCode = await checkDocumentation();

async function checkDocumentation(): Promise<number> {
  try {
    const examples = documents().flatMap((file) =>
      findExamples(file, readFileSync(join(root, file), "utf8")),
    );
    requireGuides(examples);
    const checked = examples.filter((example) => !example.isExempt);
    const toRun = checked.filter(({ run }) => run !== undefined).length;
    process.stdout.write(
      `${checked.length} examples, ${examples.length - checked.length} exempt, ${toRun} to run\n`,
    );
    return checked.length === 0 ? 0 : await check(checked);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function documents(): string[] {
  const patterns = ["*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md"];
  return patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
}

/** @throws {Error} An adapter that nobody is shown how to use, or only in words. */
function requireGuides(examples: readonly Example[]): void {
  for (const adapter of globSync("packages/verify/src/adapters/*.ts", { cwd: root })) {
    const guide = `docs/guide/${basename(adapter, ".ts")}.md`;
    // Another version has its framework's name here: its examples cannot be run, and its contract is.
    const isRun = guide !== "docs/guide/h3-v1.md";
    if (!examples.some(({ file, run }) => file === guide && (!isRun || run !== undefined)))
      throw new Error(`${adapter}: ${guide} must show it at work, in a block that is run`);
  }
}

async function check(examples: Example[]): Promise<number> {
  // Below the repository, so that imports find what is installed there.
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

/** All programs by one compiler, for they read much of the same. */
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

/** Pushed down to its place in the document, so that the compiler's line numbers are the document's. */
function writeExample(folder: string, { file, line, language, code }: Example): string {
  const path = join(folder, `${file}.${line}.${language}`);
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) throw new Error(`${file}:${line} was found twice`);
  writeFileSync(path, "\n".repeat(line - 1) + code);
  return path;
}

function configuration(folder: string, program: readonly WrittenExample[]) {
  return {
    extends: relative(folder, join(repository, "tsconfig.base.json")),
    compilerOptions: { lib: ["es2024", "dom"], jsx: "react-jsx", experimentalDecorators: true },
    files: program.map(({ path }) => path),
  };
}
