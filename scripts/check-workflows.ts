/**
 * `npm run check:workflows`: checks the workflows in .github with actionlint. Installs it with Go the first
 * time; without Go, it says so and checks nothing.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findActionlint } from "./check/workflows/actionlint.ts";

const actionlint = findActionlint();
if (actionlint.program === undefined) {
  process.stdout.write(`skipped: ${actionlint.missing}\n`);
} else {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { status } = spawnSync(actionlint.program, [], { cwd, stdio: "inherit" });
  if (status === 0) process.stdout.write("The workflows are fine.\n");
  process.exitCode = status ?? 1;
}
