/**
 * `npm run test:examples [-- <name> ...]`: for each example in examples/ that has a test in tests/examples/,
 * installs it from its own lock file and builds it, with nothing in the environment. Then runs the tests,
 * which start it and drive it in a browser. Names (next, organizations) run only these examples.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { watchGenerated } from "./examples/generated.ts";
import { npmCommand } from "./run/npm-command.ts";
import { runNode } from "./run/run-node.ts";
import { takeNothingFromTheShell } from "./run/test-environment.ts";

takeNothingFromTheShell();

const root = fileURLToPath(new URL("..", import.meta.url));
const tested = globSync("tests/examples/*.test.ts", { cwd: root })
  .map((file) => basename(file, ".test.ts"))
  .sort();
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !tested.includes(name));

if (unknown.length > 0) {
  console.error(`There is no example ${unknown.join(" or ")} with a test. There are: ${tested.join(", ")}`);
  process.exitCode = 1;
} else {
  process.exitCode = await testExamples(chosen.length > 0 ? chosen : tested);
}

async function testExamples(names: readonly string[]): Promise<number> {
  // The examples get copies of the packages, as they are published.
  const build = await runNode(["node_modules/tsdown/dist/run.mjs", "--log-level", "error"]);
  if (build !== 0) return build;

  // They contain copies of packages that the repository has too, whose types `npm run check` would not mix.
  const cleanUp = names.map((name) => watchGenerated(folderOf(name)));
  try {
    const ready = names.filter(prepare);
    const files = ready.map((name) => `tests/examples/${name}.test.ts`);
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project=examples", "--maxWorkers=1"];
    const tests = files.length === 0 ? 1 : await runNode([...vitest, ...files]);
    const broken = names.filter((name) => !ready.includes(name));
    if (broken.length > 0) console.error(`\nfailed to install or to build: ${broken.join(", ")}`);
    return broken.length > 0 ? 1 : tests;
  } finally {
    for (const remove of cleanUp) remove();
  }
}

/** Returns whether the example is installed and built. */
function prepare(name: string): boolean {
  const { scripts = {} } = JSON.parse(readFileSync(join(folderOf(name), "package.json"), "utf8"));
  const isInstalled = npm(name, "ci", "--no-audit", "--no-fund");
  return isInstalled && (scripts.build === undefined || npm(name, "run", "build"));
}

function npm(example: string, ...words: readonly string[]): boolean {
  const started = performance.now();
  console.log(`\nexamples/${example}: npm ${words.join(" ")}`);
  const { command, args } = npmCommand(words);
  const { NODE_ENV: _test, ...inherited } = process.env;
  const env = { ...inherited, NEXT_TELEMETRY_DISABLED: "1", EXPO_NO_TELEMETRY: "1", EXPO_OFFLINE: "1" };
  const { status } = spawnSync(command, args, { cwd: folderOf(example), stdio: "inherit", env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`examples/${example}: npm ${words[0]} ${status === 0 ? "done" : "FAILED"} (${seconds} s)`);
  return status === 0;
}

function folderOf(example: string): string {
  return join(root, "examples", example);
}
