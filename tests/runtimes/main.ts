/**
 * `npm run test:runtimes`: the core and, over real HTTP, the contract of the `fetch` adapter, on every
 * runtime.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installRuntimes } from "./install.ts";
import { type Runtime, root, runtimes } from "./runtimes.ts";

await installRuntimes().catch(giveUp);
console.log("Building the packages, as they are published …");
build();

const reports = mkdtempSync(join(tmpdir(), "usher-runtimes-"));
const results = Object.values(runtimes).map(test);
rmSync(reports, { recursive: true });
console.table(results);
if (results.some(({ failed, passed }) => failed > 0 || passed === 0)) process.exitCode = 1;

function giveUp(error: Error): never {
  console.error(error.message);
  process.exit(1);
}

function build(): void {
  const tsdown = ["node_modules/tsdown/dist/run.mjs", "--log-level", "error"];
  const { status } = spawnSync(process.execPath, tsdown, { cwd: root, stdio: "inherit" });
  if (status !== 0) giveUp(new Error("The build failed."));
}

function test({ name, findBinary, file }: Runtime) {
  const binary = findBinary();
  if (typeof binary !== "string") return { name, version: binary.missing, passed: 0, failed: 0, skipped: 0 };
  const version = /\d[\d.-]+\d/.exec(spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout)?.[0];
  console.log(`${name} ${version} …`);
  const output = join(reports, `${file}.json`);
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    "runtimes",
    "--reporter=json",
    `--outputFile=${output}`,
    `tests/runtimes/test/${file}.test.ts`,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const report = readReport(output);
  const failures = report.testResults
    .flatMap((each) => each.assertionResults)
    .filter((each) => each.status === "failed");
  for (const { fullName, failureMessages } of failures)
    console.error(`FAILED ${fullName}\n${failureMessages.join("\n")}`);
  if (report.numTotalTests === 0) console.error(stdout, stderr);
  return {
    name,
    version,
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
  };
}

interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      status: string;
      fullName: string;
      failureMessages: readonly string[];
    }[];
  }[];
}

function readReport(path: string): Report {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  return { numTotalTests: 0, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
}
