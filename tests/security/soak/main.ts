/** `npm run test:soak [-- --seconds N] [-- --write]`: mixed load for ten minutes, and the results. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { failuresOf } from "./failures.ts";
import { type SoakResult, soak } from "./soak.ts";
import type { Tally } from "./tally.ts";

const usualSeconds = 600;

const help = `Usage: npm run test:soak -- [--seconds N] [--write]
Runs valid and hostile load against the real API, kills it several times, and checks for lost writes and wrong answers.

  --seconds N  duration, at least 10 (default ${usualSeconds})
  --write      write the results to docs/security/soak.md
  --help       this

Exit code: 0 nothing found, 1 something found, 2 could not run.`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: String(usualSeconds) },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const seconds = Number(options.seconds);
if (options.help) {
  console.log(help);
} else if (!Number.isInteger(seconds) || seconds < 10) {
  console.error("--seconds must be a whole number, at least 10. See --help.");
  process.exitCode = 2;
} else {
  const restarts = Math.max(1, Math.min(5, Math.floor(seconds / 60)));
  const result = await soak(seconds, restarts, showProgress);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(
    rowsOf(result)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  for (const finding of result.findings) console.error(`found: ${finding}`);
  if (options.write) write(result);
  for (const failure of failuresOf(result)) {
    console.error(`failed: ${failure}`);
    process.exitCode = 1;
  }
}

/** Called every second: updates one line on a terminal, otherwise prints a line every half minute. */
function showProgress(elapsed: number, tally: Tally): void {
  const line = `${elapsed.toFixed(0)} of ${seconds} s, ${tally.requests} answers, ${tally.wrong} wrong`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (Math.round(elapsed) % 30 === 0) process.stderr.write(`${line}\n`);
}

function rowsOf(result: SoakResult): [string, string][] {
  const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
  return [
    ["Duration", `${result.seconds} s, with ${result.restarts} times \`kill -9\` and a restart`],
    ["Requests answered", result.requests.toLocaleString("en")],
    ["of which hostile", `${((result.hostile / result.requests) * 100).toFixed(0)} %`],
    ["Connections cut by the restarts", String(result.unanswered)],
    ["Wrong answers", String(result.wrong)],
    ["Writes acknowledged", result.written.toLocaleString("en")],
    ["of which lost", String(result.lost)],
    ["Crashes", result.crashed ? "yes" : "none"],
    ["Slow clients, and how many were not disconnected", `${result.slow} and ${result.held}`],
    ["Errors in the log", String(result.errorsLogged)],
    ["Secrets and tokens in the log", String(result.secretsLogged)],
    [
      "Resident memory before the load, at 60 % of the time, and at its end",
      `${result.memoryAtRest.toFixed(0)}, ${result.memoryWhenWarm.toFixed(0)} and ${result.memoryAtEnd.toFixed(0)} MB`,
    ],
    [
      "Latency, median and 99th percentile",
      `${milliseconds(result.latencyP50)} and ${milliseconds(result.latencyP99)}`,
    ],
    [
      "Event-loop delay, 99th percentile and longest",
      `${milliseconds(result.loopDelayP99)} and ${milliseconds(result.loopDelayMax)}`,
    ],
  ];
}

function write(result: SoakResult): void {
  const file = new URL("../../../docs/security/soak.md", import.meta.url);
  const document = readFileSync(file, "utf8");
  const [start, end] = ["<!-- measured -->", "<!-- /measured -->"];
  const table = [
    "| | |",
    "| --- | --- |",
    ...rowsOf(result).map(([name, value]) => `| ${name} | ${value} |`),
  ];
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores shared with the load, Node ${process.version}.`;
  writeFileSync(
    file,
    `${document.slice(0, document.indexOf(start) + start.length)}\n${machine}\n\n${table.join("\n")}\n${document.slice(document.indexOf(end))}`,
  );
}
