/**
 * `npm run test:examples`: installs the example for organizations from its own lock file, and runs its audit, as
 * its README says. The tests of `npm run test:long` run it with the packages of this repository.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmCommand } from "./run/npm-command.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const example = fileURLToPath(new URL("../examples/organizations", import.meta.url));
const installed = join(example, "node_modules");
const wasInstalled = existsSync(installed);

try {
  process.exitCode = npm("ci") && npm("run", "audit") ? 0 : 1;
} finally {
  // It has copies of packages that the repository has too, whose types `npm run check` would not mix.
  if (!wasInstalled) rmSync(installed, { recursive: true, force: true });
}

function npm(...words: readonly string[]): boolean {
  const { command, args } = npmCommand(words);
  return spawnSync(command, args, { cwd: example, stdio: "inherit" }).status === 0;
}
