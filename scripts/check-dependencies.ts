/**
 * Checks every package in the lock files: its licence, its integrity hash, and whether it has install
 * scripts.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDependencies } from "./check/dependencies/check-dependencies.ts";
import { readLockFile } from "./check/dependencies/lock-file.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

const { summary, faults } = checkDependencies({
  lock: await readLockFile(join(root, "package-lock.json")),
  runtimes: await readLockFile(join(root, "tests/runtimes/package-lock.json")),
  allowScripts: JSON.parse(await readFile(join(root, "package.json"), "utf8")).allowScripts,
});
process.stdout.write(`${summary}\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
