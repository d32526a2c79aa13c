/** `npm run test:runtimes`: the core and the fetch adapter on every runtime. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleSuite } from "./bundle.ts";
import { installRuntimes } from "./install.ts";
import { allRuntimes } from "./programs.ts";
import { type Outcome, runOn } from "./run.ts";

const folder = await mkdtemp(join(tmpdir(), "usher-runtimes-"));
try {
  await installRuntimes();
  await bundleSuite(folder);
  const outcomes: Outcome[] = [];
  for (const { program, ...runtime } of allRuntimes()) {
    process.stdout.write(`${runtime.name} …\n`);
    outcomes.push(
      program === undefined
        ? {
            name: runtime.name,
            version: "-",
            passed: 0,
            total: 0,
            failures: ["there is none for this kind of machine"],
          }
        : await runOn({ ...runtime, program }, folder),
    );
  }
  report(outcomes);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

function report(outcomes: readonly Outcome[]): void {
  process.stdout.write(`\n${"runtime".padEnd(10)}${"version".padEnd(16)}checks passed\n`);
  for (const { name, version, passed, total, failures } of outcomes) {
    const isGood = failures.length === 0 && total > 0;
    process.stdout.write(`${name.padEnd(10)}${version.padEnd(16)}${passed} of ${total}${isGood ? "" : "  FAILED"}\n`);
    for (const failure of failures) process.stdout.write(`  ${failure}\n`);
    if (!isGood) process.exitCode = 1;
  }
}
