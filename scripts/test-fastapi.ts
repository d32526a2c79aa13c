/**
 * `npm run test:fastapi [-- --required]`: the types and style of the example in FastAPI, its tests, and
 * schemathesis with its OpenAPI document. They are skipped with the reason where Python or its packages are
 * not available; with `--required`, that is a failure. Other arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "./python/environment.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/usher");
const example = join(root, "examples/fastapi");
const args = process.argv.slice(2).filter((arg) => arg !== "--required");
const isRequired = process.argv.includes("--required");

try {
  await environment("fastapi", join(example, "requirements.txt"));
  // It also has mypy and ruff.
  const newest = await environment("newest", join(root, "ports/python/requirements/newest.txt"));
  const passed = [
    check(newest, "mypy", ["--follow-imports=silent", "--cache-dir", join(cache, "mypy")]),
    check(newest, "ruff", ["check", "--no-cache", "."]),
    check(newest, "ruff", ["format", "--no-cache", "--check", "."]),
    await run(["node_modules/vitest/vitest.mjs", "run", "--project=fastapi", ...args]),
    await run(["--conditions=@usher-auth/source", "tests/security/openapi/main.ts", ...["--api", "fastapi"]]),
  ];
  process.exitCode = passed.every(Boolean) ? 0 : 1;
} catch (error) {
  if (!(error instanceof PythonUnavailable)) throw error;
  process.stdout.write(`skipped: the tests of examples/fastapi: ${error.message}\n`);
  process.exitCode = isRequired ? 1 : 0;
}

function environment(name: string, requirements: string): Promise<string> {
  return pythonEnvironment({
    name,
    requirements,
    signal: new AbortController().signal,
    report: (line) => process.stdout.write(`${line}\n`),
  });
}

function check(programs: string, program: string, programArgs: readonly string[]): boolean {
  process.stdout.write(`\nexamples/fastapi: ${[program, ...programArgs].join(" ")}\n`);
  const { status } = spawnSync(join(programs, program), programArgs, {
    cwd: example,
    stdio: "inherit",
    env: { ...process.env, MYPYPATH: join(root, "ports/python/src") },
  });
  return status === 0;
}

async function run(nodeArgs: readonly string[]): Promise<boolean> {
  return (await runNode(nodeArgs)) === 0;
}
