/**
 * `npm run test:mutation [-- --mutate packages/verify/src/access/owner.ts]`: runs Stryker. Without arguments,
 * it mutates everything, room by room, and writes docs/security/mutation.md. A room that cannot run does not
 * stop the others.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { type Report, readReport } from "./report/mutants.ts";
import { writeReport } from "./report/report.ts";
import { resultsOf, rooms } from "./rooms.ts";

const given = process.argv.slice(2);
const stryker = "tests/security/mutation/stryker";
const core = `${stryker}/stryker.config.ts`;
const adapters = `${stryker}/stryker.adapters.config.ts`;
const ofRules = `${stryker}/stryker.rules.config.ts`;

const failed: string[] = [];

if (given.length > 0) {
  const isAdapter = given.some((option) => option.includes("/adapters/"));
  const results = resultsOf(isAdapter ? "chosen-adapters" : "chosen");
  const configuration = isAdapter ? adapters : core;
  firstPass(configuration, results, given);
  secondPass(configuration, results, given);
} else {
  for (const pass of [firstPass, secondPass])
    for (const [index, { name, files, isAdapter }] of rooms.entries()) {
      console.log(
        `\n${new Date().toLocaleTimeString()} ${pass.name}: ${name} (${index + 1} of ${rooms.length})`,
      );
      pass(isAdapter ? adapters : core, resultsOf(name), ["--mutate", files.join(",")]);
    }
  run(ofRules);
  if (failed.length === 0) writeReport();
}
if (failed.length > 0) {
  console.error(`Stryker could not run:\n${failed.join("\n")}`);
  process.exitCode = 1;
}

/** The mutants in code that tests call. They share a thread. */
function firstPass(configuration: string, results: string, options: readonly string[]): void {
  run(configuration, "--incrementalFile", results, "--ignoreStatic", "--reporters", "progress", ...options);
}

/**
 * Also those in code that runs while a file is loaded: each needs a new thread. Reuses the results of the first
 * pass, with two exceptions. Code that ran at both times and survived: the first pass did not have the mutant
 * while files were loaded. And mutants whose tests could not be loaded, because an earlier mutant had spoilt the
 * thread.
 */
function secondPass(configuration: string, results: string, options: readonly string[]): void {
  forgetUndecided(results);
  run(configuration, "--incrementalFile", results, ...options);
}

function forgetUndecided(results: string): void {
  if (!existsSync(results)) return;
  const report: Report = readReport(results);
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(
      ({ static: isStatic, status }) =>
        status === "Killed" || status === "Timeout" || (!isStatic && status !== "RuntimeError"),
    );
  writeFileSync(results, JSON.stringify(report));
}

function run(configuration: string, ...options: string[]): void {
  const { status } = spawnSync("stryker", ["run", configuration, ...options], { stdio: "inherit" });
  if (status !== 0) failed.push(["stryker run", configuration, ...options].join(" "));
}
