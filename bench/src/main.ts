import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chartOf } from "./chart.ts";
import { compareTrees } from "./compare/compare.ts";
import { withResults } from "./report.ts";
import type { Suite } from "./suite.ts";
import { suites } from "./suites.ts";
import { type Result, tableOf } from "./table.ts";
import { inShort, verdictsOn } from "./targets.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    compare: { type: "string" },
    suite: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const help = `Usage: npm run bench -- [--quick] [--only TEXT] [--compare TREE]
Measures Usher's bundle and its peers in interleaved rounds. Each suite runs in its own process.

  --quick          run the main suites only, in about a minute; less exact, and writes no files
  --only TEXT      run the suites whose name contains TEXT; the others keep their numbers in results.json
  --compare TREE   serve the same Fastify app with the packages of this tree and of TREE (a folder or a
                   commit), and print the CPU time of a request with TREE, divided by that of this tree;
                   --only then selects workloads by their title
  --help           print this help

Suites: ${suites.map(({ name }) => name).join(", ")}`;

if (options.help) {
  console.log(help);
} else if (options.suite !== undefined) {
  // A child process of runAll(): one suite, with its numbers as JSON.
  const suite = suites.find(({ name }) => name === options.suite);
  const measured = await suite?.run(options.quick);
  console.log(JSON.stringify(suite?.isDetailed ? measured : { values: measured }));
} else if (options.compare !== undefined) {
  await compare(options.compare);
} else {
  await runAll();
}

async function compare(other: string): Promise<void> {
  const effort = options.quick ? { rounds: 6, bursts: 20 } : { rounds: 15, bursts: 60 };
  for await (const { title, microseconds, ratio } of compareTrees(other, options.only, effort)) {
    const [middle, low, high] = [ratio.median, ratio.low, ratio.high].map((value) => value.toFixed(3));
    const time = `${microseconds.toFixed(1)} µs`;
    console.log(`${title.padEnd(24)} this tree ${time}; other tree ${middle} × (95 %: ${low} to ${high})`);
  }
}

async function runAll(): Promise<void> {
  const chosen = suites.filter(
    ({ name, isQuick }) => name.includes(options.only) && (isQuick || !options.quick || options.only !== ""),
  );
  if (chosen.length === 0) {
    console.error(`no suite name contains "${options.only}". See: npm run bench -- --help`);
    process.exitCode = 2;
    return;
  }
  const results: Result[] = [];
  for (const [index, suite] of chosen.entries()) {
    progress(`${index + 1} of ${chosen.length}: ${suite.title}`);
    results.push(await runAlone(suite));
    progress("");
    console.log(`${tableOf(results.at(-1) as Result).join("\n")}\n`);
  }
  for (const { what, wanted, measured, isMet } of verdictsOn(results)) {
    console.log(`${isMet ? "met    " : "NOT MET"} ${what}: ${inShort(measured)}, target ${wanted}`);
  }
  if (!options.quick) writeResults(results);
}

function writeResults(measured: readonly Result[]): void {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const file = `${folder}/results.json`;
  const before: Result[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).results : [];
  const results = suites.flatMap(({ name }) => {
    const result = [...measured, ...before].find((one) => one.name === name);
    return result === undefined ? [] : [result];
  });
  const machine = { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  writeFileSync(file, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  writeFileSync(`${folder}/results.svg`, chartOf(results));
  const report = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
  writeFileSync(report, withResults(readFileSync(report, "utf8"), machine, results));
  console.log("wrote bench/results.json, bench/results.svg and docs/benchmarks.md");
}

async function runAlone({ name, title, unit, baseline }: Suite): Promise<Result> {
  const more = ["--suite", name, ...(options.quick ? ["--quick"] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    fileURLToPath(import.meta.url),
    ...more,
  ]);
  return { name, title, unit, baseline, ...JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

/** Overwrites the current line; prints nothing where the output is not a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
