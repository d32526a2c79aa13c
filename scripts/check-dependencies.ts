/**
 * Checks every package that is installed, by the lock files: licences, origins, and what runs at
 * installation.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judge } from "./check/dependencies/judge.ts";
import { readLockFile } from "./check/dependencies/lock-file.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

const { summary, faults } = judge({
  lock: await readLockFile(join(root, "package-lock.json")),
  runtimes: await readLockFile(join(root, "tests/runtimes/package-lock.json")),
  allowScripts: JSON.parse(await readFile(join(root, "package.json"), "utf8")).allowScripts,
});
process.stdout.write(`${summary}\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
