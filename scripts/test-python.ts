/**
 * `npm run test:python [-- --required] [pytest argument ...]`: the tests of ports/python, with the oldest
 * supported versions of FastAPI and PyJWT and with the newest, and its types and style. They are skipped with
 * the reason where Python or its packages are not available; with `--required`, that is a failure.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "./python/environment.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const folder = fileURLToPath(new URL("../ports/python", import.meta.url));
const args = process.argv.slice(2).filter((arg) => arg !== "--required");
const isRequired = process.argv.includes("--required");

try {
  const oldest = await environment("oldest");
  const newest = await environment("newest");
  const steps = [
    run("types", newest, "mypy", []),
    run("style", newest, "ruff", ["check", "."]),
    run("format", newest, "ruff", ["format", "--check", "."]),
    run("the newest versions", newest, "python", ["-m", "pytest", ...args]),
    run("the oldest versions", oldest, "python", ["-m", "pytest", ...args]),
  ];
  process.exitCode = steps.every(Boolean) ? 0 : 1;
} catch (error) {
  if (!(error instanceof PythonUnavailable)) throw error;
  process.stdout.write(`skipped: the tests of ports/python: ${error.message}\n`);
  process.exitCode = isRequired ? 1 : 0;
}

function environment(name: "oldest" | "newest"): Promise<string> {
  return pythonEnvironment({
    name,
    requirements: join(folder, "requirements", `${name}.txt`),
    signal: new AbortController().signal,
    report: (line) => process.stdout.write(`${line}\n`),
  });
}

function run(title: string, programs: string, program: string, programArgs: readonly string[]): boolean {
  process.stdout.write(`\nports/python: ${title}\n`);
  const { status } = spawnSync(join(programs, program), programArgs, {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, PYTHONPATH: "src", PYTHONDONTWRITEBYTECODE: "1" },
  });
  return status === 0;
}
