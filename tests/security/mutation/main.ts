/**
 * `npm run test:mutation [-- --mutate packages/verify/src/access/owner.ts]`: runs Stryker. Without arguments,
 * it mutates everything and writes docs/security/mutation.md.
 */
import { spawnSync } from "node:child_process";
import { writeReport } from "./report/report.ts";

const given = process.argv.slice(2);
const core = "tests/security/mutation/stryker/stryker.config.ts";
const adapters = "tests/security/mutation/stryker/stryker.adapters.config.ts";
const ofRules = "tests/security/mutation/stryker/stryker.rules.config.ts";

for (const configuration of chosen()) {
  // The first pass runs the mutants in code that tests call; they share a thread. The second pass adds those
  // in code that runs while a file is loaded: each needs a new thread. It reuses the first pass's results.
  run(configuration, "--ignoreStatic", "--reporters", "progress,json", ...given);
  run(configuration, ...given);
}
if (given.length === 0) {
  run(ofRules);
  writeReport();
}

function chosen(): string[] {
  if (given.length === 0) return [core, adapters];
  return [given.some((option) => option.includes("/adapters/")) ? adapters : core];
}

function run(configuration: string, ...options: string[]): void {
  const { status } = spawnSync("stryker", ["run", configuration, ...options], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
