/**
 * Type-checks every TypeScript block of the README files and of docs/, each as a module of its own, with the packages
 * of this repository. A block that cannot be checked is opened with ```ts no-check and starts with a comment that says why.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Example, findExamples } from "./check/examples.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
const repository = fileURLToPath(new URL("..", import.meta.url));

process.exitCode = checkDocumentation();

function checkDocumentation(): number {
  let examples: Example[];
  try {
    examples = documents().flatMap((file) => findExamples(file, readFileSync(join(root, file), "utf8")));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
  const checked = examples.filter((example) => !example.isExempt);
  process.stdout.write(`${checked.length} examples, ${examples.length - checked.length} exempt\n`);
  return checked.length === 0 ? 0 : typeCheck(checked);
}

function documents(): string[] {
  const patterns = ["*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md"];
  return patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
}

function typeCheck(examples: Example[]): number {
  // Below the repository, so that imports find what is installed there.
  const parent = join(repository, "dist");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "examples-"));
  try {
    const files = new Map(examples.map((example) => [writeExample(folder, example), example]));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(folder)));
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    let output = `${stdout}${stderr}`;
    for (const [path, { file }] of files) output = output.replaceAll(relative(folder, path), file);
    process.stderr.write(output);
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pushed down to its place in the document, so that the compiler's line numbers are the document's. */
function writeExample(folder: string, { file, line, language, code }: Example): string {
  const path = join(folder, `${file}.${line}.${language}`);
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) throw new Error(`${file}:${line} was found twice`);
  writeFileSync(path, "\n".repeat(line - 1) + code);
  return path;
}

function configuration(folder: string) {
  return {
    extends: relative(folder, join(repository, "tsconfig.base.json")),
    compilerOptions: { lib: ["es2024", "dom"], jsx: "react-jsx" },
    include: ["."],
  };
}
