/**
 * `npm run test:gate [-- --required]`: the types and style of the backends in examples/gate, and the tests of
 * the demo with the gate in front of each. What needs Python or Go is skipped with the reason where it is not
 * available; with `--required`, that is a failure. Other arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoBackend, GoUnavailable } from "./launch/gate-go.ts";
import { PythonUnavailable, pythonEnvironment } from "./python/environment.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/usher");
const args = process.argv.slice(2).filter((arg) => arg !== "--required");
const isRequired = process.argv.includes("--required");
const { signal } = new AbortController();
const report = (line: string) => void process.stdout.write(`${line}\n`);

const passed = [
  await attempt("fastapi", checkPython),
  await attempt("go", checkGo),
  (await runNode(["node_modules/vitest/vitest.mjs", "run", "--project=gate", ...args])) === 0,
];
process.exitCode = passed.every(Boolean) ? 0 : 1;

/** Whether the checks passed, or were skipped. */
async function attempt(name: string, checks: () => Promise<boolean>): Promise<boolean> {
  try {
    return await checks();
  } catch (error) {
    if (!(error instanceof PythonUnavailable) && !(error instanceof GoUnavailable)) throw error;
    report(`skipped: the tests of examples/gate/${name}: ${error.message}`);
    return !isRequired;
  }
}

async function checkPython(): Promise<boolean> {
  const folder = join(root, "examples/gate/fastapi");
  await pythonEnvironment({ name: "gate", requirements: join(folder, "requirements.txt"), signal, report });
  const requirements = join(root, "ports/python/requirements/newest.txt");
  // It has mypy and ruff.
  const newest = await pythonEnvironment({ name: "newest", requirements, signal, report });
  return [
    run(folder, join(newest, "mypy"), ["--follow-imports=silent", "--cache-dir", join(cache, "mypy-gate")]),
    run(folder, join(newest, "ruff"), ["check", "--no-cache", "."]),
    run(folder, join(newest, "ruff"), ["format", "--no-cache", "--check", "."]),
  ].every(Boolean);
}

async function checkGo(): Promise<boolean> {
  await buildGoBackend(signal, report);
  const folder = join(root, "examples/gate/go");
  // `gofmt -d` prints what it would change, and ends with 0.
  return [run(folder, "go", ["vet", "./..."]), run(folder, "gofmt", ["-d", "."], "")].every(Boolean);
}

/** @param expected What it must print. Default: anything. */
function run(folder: string, program: string, programArgs: readonly string[], expected?: string): boolean {
  report(`\n${[program.split(/[\\/]/).at(-1), ...programArgs].join(" ")}`);
  const { status, stdout } = spawnSync(program, programArgs, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(stdout ?? "");
  return status === 0 && (expected === undefined || stdout === expected);
}
