/**
 * `npm run test:fastapi [-- --required]`: the tests of the example in FastAPI, and schemathesis with its OpenAPI
 * document. They are skipped with the reason where Python or its packages are not available; with `--required`,
 * that is a failure. Other arguments go to vitest.
 */
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "./python/environment.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const args = process.argv.slice(2);
const isRequired = args.includes("--required");

try {
  await pythonEnvironment({
    name: "fastapi",
    requirements: fileURLToPath(new URL("../examples/fastapi/requirements.txt", import.meta.url)),
    signal: new AbortController().signal,
    report: (line) => process.stdout.write(`${line}\n`),
  });
  await run();
} catch (error) {
  if (!(error instanceof PythonUnavailable)) throw error;
  process.stdout.write(`skipped: the tests of examples/fastapi: ${error.message}\n`);
  process.exitCode = isRequired ? 1 : 0;
}

async function run(): Promise<void> {
  const steps = [
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--project=fastapi",
      ...args.filter((arg) => arg !== "--required"),
    ],
    ["--conditions=@usher-auth/source", "tests/security/openapi/main.ts", "--api", "fastapi"],
  ];
  for (const step of steps) {
    process.exitCode = await runNode(step);
    if (process.exitCode !== 0) return;
  }
}
