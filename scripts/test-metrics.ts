/**
 * `npm run test:metrics [-- --required]`: a Prometheus server that scrapes the demo, with the alerts and the
 * dashboard of `@usher-auth/opentelemetry`. Without Prometheus, its tests are skipped with the reason; with
 * `--required`, that is a failure. Other arguments go to vitest.
 */
import { findProgram } from "../tests/e2e/support/processes/find-program.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const args = process.argv.slice(2).filter((arg) => arg !== "--required");
const isRequired = process.argv.includes("--required");

const missing = ["prometheus", "promtool"].filter((program) => findProgram(program) === undefined);
for (const program of missing) console.error(`${program} is not installed: apt-get install prometheus`);
process.exitCode =
  isRequired && missing.length > 0
    ? 1
    : await runNode(["node_modules/vitest/vitest.mjs", "run", "--project=metrics", ...args]);
