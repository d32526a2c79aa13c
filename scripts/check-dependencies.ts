/** Checks every package that is installed, by the lock files: licences, origins, and what runs at installation. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countLicences, licenceFaults, staleNames } from "./dependencies/licences.ts";
import { broughtBy, installed, type LockFile, readLockFile } from "./dependencies/lock-file.ts";
import { installScriptFaults, originFaults } from "./dependencies/origins.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

const lock = await readLockFile(join(root, "package-lock.json"));
const { allowScripts = {} } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
// Runtimes that tests download; without their programs (--ignore-scripts).
const runtimes = await readLockFile(join(root, "runtimes/package-lock.json"));
const shipped = shippedBy(lock);

const folders = installed(lock).map(([folder]) => folder);
tell(
  "shipped",
  folders.filter((folder) => shipped.has(folder)),
);
tell(
  "for development",
  folders.filter((folder) => !shipped.has(folder)),
);

const faults = [
  ...licenceFaults(lock, shipped),
  ...licenceFaults(runtimes, new Set()),
  ...staleNames(lock),
  ...[lock, runtimes].flatMap(originFaults),
  ...installScriptFaults(lock, allowScripts),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

/** What others get: all that the published packages bring with them, and the two apps, which a deployment consists of. */
function shippedBy({ packages }: LockFile): Set<string> {
  const members = Object.keys(packages).filter((folder) => /^(?:packages|apps)\/[^/]+$/.test(folder));
  return new Set(members.flatMap((folder) => [...broughtBy(lock, folder)]));
}

function tell(what: string, those: readonly string[]): void {
  process.stdout.write(`${what}: ${those.length} packages (${countLicences(lock, those)})\n`);
}
