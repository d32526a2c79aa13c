/** `npm run test:soak:gate [-- --seconds N] [-- --write]`: the gate under load, with large bodies, and with random requests. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { fuzz } from "../fuzz/fuzz.ts";
import { fuzzFailures, soakFailures, streamFailures } from "./failures.ts";
import { fuzzRows, soakRows, streamRows } from "./rows.ts";
import { soak } from "./soak.ts";
import { streams } from "./streams.ts";

const usualSeconds = 600;
const gigabyte = 1e9;

const help = `Usage: npm run test:soak:gate -- [--seconds N] [--only soak|streams|fuzz] [--seed N] [--write]
Sends mixed load through the gate while it and its backend are killed, streams a gigabyte each way, and sends random
requests. Checks that every answer is its own request's, that everything ends, and that memory does not grow.

  --seconds N  of the load, at least 30 (default ${usualSeconds}); random requests take a fifth of it
  --only KIND  one of the three
  --seed N     of the random requests (default: the time)
  --write      write the results to docs/security/soak.md
  --help       this

Exit code: 0 nothing found, 1 something found, 2 could not run.`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: String(usualSeconds) },
    only: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const seconds = Number(options.seconds);
if (options.help) {
  console.log(help);
} else if (!Number.isInteger(seconds) || seconds < 30 || !Number.isInteger(Number(options.seed))) {
  console.error("--seconds must be a whole number, at least 30, and --seed a whole number. See --help.");
  process.exitCode = 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const rows: [string, string][] = [];
  const failures: string[] = [];
  if (isWanted("soak")) {
    const result = await soak(seconds, ({ answered, wrong }) =>
      progress(`${answered} answers, ${wrong} wrong`),
    );
    rows.push(...soakRows(result));
    failures.push(...soakFailures(result));
  }
  if (isWanted("streams")) {
    for (const result of await streams(gigabyte)) {
      rows.push(...streamRows(result));
      failures.push(...streamFailures(result));
    }
  }
  if (isWanted("fuzz")) {
    const result = await fuzz(seconds / 5, Number(options.seed));
    rows.push(...fuzzRows(result));
    failures.push(...fuzzFailures(result));
  }
  for (const [name, value] of rows) console.log(`${name}: ${value}`);
  for (const failure of failures) console.error(`failed: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
  if (options.write) write(rows);
}

function isWanted(kind: string): boolean {
  return options.only === undefined || options.only === kind;
}

/** Called every second: one line that is rewritten on a terminal, otherwise nothing. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

function write(rows: readonly [string, string][]): void {
  const file = new URL("../../../../docs/security/soak.md", import.meta.url);
  const document = readFileSync(file, "utf8");
  const [start, end] = ["<!-- measured: gate -->", "<!-- /measured: gate -->"];
  const table = ["| | |", "| --- | --- |", ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores shared with the load and the backend, Node ${process.version}.`;
  writeFileSync(
    file,
    `${document.slice(0, document.indexOf(start) + start.length)}\n${machine}\n\n${table.join("\n")}\n${document.slice(document.indexOf(end))}`,
  );
}
