/** `npm run test:docs`: builds the documentation site, and tests it in a real browser. */
import { build } from "./docs/build.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

process.exitCode =
  (await build()) ||
  (await runNode(["node_modules/vitest/vitest.mjs", "run", "--project=docs", "--maxWorkers=1"]));
