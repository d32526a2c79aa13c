/**
 * Checks with recheck that every regular expression in packages, apps and scripts is linear-time: their
 * inputs come from requests, tokens, files and other servers. Tests are left out.
 *
 * `--list` updates linear.json, the list of known linear ones.
 */
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { checkExpressions } from "./check/regular-expressions/check-expressions.ts";
import { exceptions } from "./check/regular-expressions/exceptions.ts";
import {
  keepVerdicts,
  listVerdicts,
  readVerdicts,
  type Verdicts,
} from "./check/regular-expressions/verdicts.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const isListing = process.argv[2] === "--list";
const root = isListing ? repository : (process.argv[2] ?? repository);
// The list contains only what the code contains now.
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
const { count, faults } = checkExpressions(
  files.map((file) => ({ file, code: readFileSync(join(root, file), "utf8") })),
  // Another folder, as in the tests, has none of the files that the exceptions are for.
  root === repository ? exceptions : [],
  verdicts,
);
if (isListing) listVerdicts(repository, verdicts);
else keepVerdicts(repository, verdicts);
process.stdout.write(`${count} expressions in ${files.length} files\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
