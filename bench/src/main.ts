import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chartOf } from "./chart.ts";
import { withResults } from "./report.ts";
import { type Suite, suites } from "./suites.ts";
import { type Result, tableOf } from "./table.ts";
import { inShort, verdictsOn } from "./targets.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    suite: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const help = `Usage: npm run bench -- [--quick] [--only TEXT]
Measures Usher's bundle beside its peers, every suite in a process of its own, in interleaved rounds.

  --quick       the main suites, within a minute and less exact; writes no files
  --only TEXT   the suites whose name has TEXT in it; the others keep the numbers that results.json has
  --help        this

Suites: ${suites.map(({ name }) => name).join(", ")}`;

if (options.help) {
  console.log(help);
} else if (options.suite !== undefined) {
  // A child of the run below: one suite, its numbers as JSON.
  const suite = suites.find(({ name }) => name === options.suite);
  console.log(JSON.stringify(await suite?.run(options.quick)));
} else {
  await runAll();
}

async function runAll(): Promise<void> {
  const chosen = suites.filter(
    ({ name, isQuick }) => name.includes(options.only) && (isQuick || !options.quick),
  );
  if (chosen.length === 0) {
    console.error(`no suite has "${options.only}" in its name. See: npm run bench -- --help`);
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
    console.log(`${isMet ? "met    " : "NOT MET"} ${what}: ${inShort(measured)}, wanted ${wanted}`);
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
  console.log("written: bench/results.json, bench/results.svg, docs/benchmarks.md");
}

async function runAlone({ name, title, unit }: Suite): Promise<Result> {
  const more = ["--suite", name, ...(options.quick ? ["--quick"] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    fileURLToPath(import.meta.url),
    ...more,
  ]);
  return { name, title, unit, values: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

/** On a terminal, a line that is written over. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
