/**
 * `npm run test:mutation [-- --mutate packages/verify/src/access/owner.ts]`: mutants, and
 * docs/security/mutation.md of all.
 */
import { spawnSync } from "node:child_process";
import { writeReport } from "./report/report.ts";

const given = process.argv.slice(2);
const all = "tests/security/mutation/stryker/stryker.config.ts";
const ofRules = "tests/security/mutation/stryker/stryker.rules.config.ts";

// First those that are changed while a test runs, in a thread that is kept. What is left then, a mutant in
// code that runs when a file is loaded, needs everything loaded again; what is known from the first
// pass is used again.
run(all, "--ignoreStatic", "--reporters", "progress,json", ...given);
run(all, ...given);
if (given.length === 0) {
  run(ofRules);
  writeReport();
}

function run(configuration: string, ...options: string[]): void {
  const { status } = spawnSync("stryker", ["run", configuration, ...options], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
