/** `npm run check`: everything that can be judged without running the system. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Check, type Outcome, runChecks } from "./check/run-checks.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));

// By their files, not their names: what npm puts into .bin is, on Windows, batch files, which only a shell
// could start.
const checks: Check[] = [
  // First, since it takes the longest.
  {
    name: "examples in the documentation",
    command: process.execPath,
    args: ["--conditions=@usher-auth/source", "scripts/check-docs.ts"],
  },
  {
    name: "format and lint",
    command: process.execPath,
    args: [
      "node_modules/@biomejs/biome/bin/biome",
      "ci",
      "--error-on-warnings",
      `--colors=${process.stdout.isTTY ? "force" : "off"}`,
    ],
  },
  {
    name: "import rules",
    command: process.execPath,
    args: [
      "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
      "--config",
      ".dependency-cruiser.mjs",
      ...rooms(),
    ],
  },
  { name: "unused code", command: process.execPath, args: ["node_modules/knip/bin/knip.js"] },
  { name: "dependencies", command: process.execPath, args: ["scripts/check-dependencies.ts"] },
  { name: "regular expressions", command: process.execPath, args: ["scripts/check-regular-expressions.ts"] },
  { name: "commands in texts", command: process.execPath, args: ["scripts/check-commands.ts"] },
  // In one process, for they read much of the same. All of them: a project does not know that another one's
  // file changed.
  {
    name: "types",
    command: process.execPath,
    args: [
      "node_modules/typescript/bin/tsc",
      "--build",
      "--force",
      "--builders",
      "2",
      "--checkers",
      "1",
      ...typeScriptProjects(),
    ],
  },
];

const outcomes = await runChecks(checks, { root, atOnce: 2, onEnd: tell });
const failures = outcomes.filter((outcome) => !outcome.passed);
for (const { check, output } of failures) {
  process.stderr.write(`\n--- ${check.name}: ${[check.command, ...check.args].join(" ")}\n${output}\n`);
}
if (failures.length > 0) {
  process.stderr.write(`\n${failures.length} of ${checks.length} checks failed\n`);
  process.exitCode = 1;
}

function tell({ check, passed, seconds }: Outcome): void {
  process.stdout.write(`${passed ? "ok    " : "FAILED"} ${check.name} (${seconds.toFixed(1)} s)\n`);
}

/** Every folder with code of ours. */
function rooms(): string[] {
  return ["packages", "apps", "bench", "tests", "scripts"];
}

/** Every tsconfig.json of a package, of its tests, of an app, and of the other rooms. */
function typeScriptProjects(): string[] {
  const members = ["packages", "apps"].flatMap((room) =>
    readdirSync(join(root, room)).flatMap((name) => [
      `${room}/${name}`,
      `${room}/${name}/test`,
      `${room}/${name}/test/register`,
    ]),
  );
  return [...members, "bench", "tests/e2e", "tests/runtimes", "tests/security", "scripts"].filter((folder) =>
    existsSync(join(root, folder, "tsconfig.json")),
  );
}
