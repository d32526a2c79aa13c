/** `npm test`: the checks, the build and the tests, until one fails. Arguments go to vitest. */
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

/** Projects that npm scripts such as `test:long` run separately. */
const separate = [
  "commands",
  "docs",
  "examples",
  "fastapi",
  "gate",
  "init",
  "long",
  "long-sequential",
  "metrics",
  "proxies",
  "runtimes",
];

const steps = [
  ["scripts/check.ts"],
  ["node_modules/tsdown/dist/run.mjs"],
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...separate.map((name) => `--project=!${name}`),
    ...process.argv.slice(2),
  ],
];
for (const step of steps) {
  process.exitCode = await runNode(step);
  if (process.exitCode !== 0) break;
}
