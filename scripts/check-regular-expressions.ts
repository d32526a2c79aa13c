/**
 * Checks that every regular expression of the code that runs for users takes time in proportion to its input,
 * by recheck: what they are given comes from requests, tokens, files and other servers. Tests are left out.
 *
 * With `--list` it lists the linear ones of the code, so that no other clone has to judge them.
 */
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { exceptions } from "./check/regular-expressions/exceptions.ts";
import { judgeExpressions } from "./check/regular-expressions/judge.ts";
import {
  keepVerdicts,
  listVerdicts,
  readVerdicts,
  type Verdicts,
} from "./check/regular-expressions/verdicts.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const isListing = process.argv[2] === "--list";
const root = isListing ? repository : (process.argv[2] ?? repository);
// A list is made of what the code has now, and of nothing that was said before.
const verdicts: Verdicts = isListing ? new Map() : readVerdicts(repository);

const patterns = [
  "packages/*/{src,bin}/**/*.{ts,tsx,js}",
  "packages/*/*.js",
  "apps/*/src/**/*.{ts,tsx}",
  "scripts/**/*.{ts,mjs}",
];
const files = patterns
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((file) => file.replaceAll(sep, "/"))
  .filter((file) => !file.endsWith(".test.ts"))
  .sort();
const { count, faults } = judgeExpressions(
  files.map((file) => ({ file, code: readFileSync(join(root, file), "utf8") })),
  exceptions,
  verdicts,
);
if (isListing) listVerdicts(repository, verdicts);
else keepVerdicts(repository, verdicts);
process.stdout.write(`${count} expressions in ${files.length} files\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
