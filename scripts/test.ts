/**
 * `npm test`: the checks, the build and the tests, until one fails. Arguments go to vitest. Without the tests
 * of `npm run test:long`, `test:runtimes`, `test:fastapi`, `test:gate`, `test:proxies`, `test:metrics` and
 * `test:examples`.
 */
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const steps = [
  ["scripts/check.ts"],
  ["node_modules/tsdown/dist/run.mjs"],
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project=!long",
    "--project=!runtimes",
    "--project=!fastapi",
    "--project=!gate",
    "--project=!examples",
    "--project=!proxies",
    "--project=!metrics",
    ...process.argv.slice(2),
  ],
];
for (const step of steps) {
  process.exitCode = await runNode(step);
  if (process.exitCode !== 0) break;
}
