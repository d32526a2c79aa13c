/** `npm run check`: everything that can be checked without running the tests. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Check, type Outcome, runChecks } from "./check/run-checks.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));

// By file: on Windows, the programs in node_modules/.bin are batch files, which only a shell can start.
const checks: Check[] = [
  // First, because it takes the longest.
  {
    name: "examples in docs and docstrings",
    command: process.execPath,
    args: ["--conditions=@usher-auth/source", "scripts/check-docs.ts"],
  },
  {
    name: "examples of public names",
    command: process.execPath,
    args: ["scripts/check-public-examples.ts"],
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
      ...["packages", "apps", "bench", "conformance", "tests", "scripts"],
    ],
  },
  { name: "unused code", command: process.execPath, args: ["node_modules/knip/bin/knip.js"] },
  { name: "dependencies", command: process.execPath, args: ["scripts/check-dependencies.ts"] },
  { name: "regular expressions", command: process.execPath, args: ["scripts/check-regular-expressions.ts"] },
  { name: "commands in texts", command: process.execPath, args: ["scripts/check-commands.ts"] },
  { name: "wording", command: process.execPath, args: ["scripts/check-words.ts"] },
  // In one process, because they share files. With --force, because a project does not notice changes in
  // the files of another.
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

const outcomes = await runChecks(checks, { root, atOnce: 2, onEnd: print });
const failures = outcomes.filter((outcome) => !outcome.passed);
for (const { check, output } of failures) {
  process.stderr.write(`\n--- ${check.name}: ${[check.command, ...check.args].join(" ")}\n${output}\n`);
}
if (failures.length > 0) {
  process.stderr.write(`\n${failures.length} of ${checks.length} checks failed\n`);
  process.exitCode = 1;
}

function print({ check, passed, seconds }: Outcome): void {
  process.stdout.write(`${passed ? "ok    " : "FAILED"} ${check.name} (${seconds.toFixed(1)} s)\n`);
}

/** Every folder with a tsconfig.json. */
function typeScriptProjects(): string[] {
  const members = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => [
      `${folder}/${name}`,
      `${folder}/${name}/test`,
      `${folder}/${name}/test/register`,
    ]),
  );
  return [
    ...members,
    "bench",
    "conformance",
    "examples/organizations",
    "packages/cli/test/init/starters",
    "tests/commands",
    "tests/compat/better-auth",
    "tests/docs",
    "tests/e2e",
    "tests/examples",
    "tests/init",
    "tests/metrics",
    "tests/migrations",
    "tests/proxies",
    "tests/runtimes",
    "tests/security",
    "scripts",
  ].filter((folder) => existsSync(join(root, folder, "tsconfig.json")));
}
