import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../../scripts/run/npm-command.ts";
import { root } from "./runtimes.ts";

/** Where the runtimes are installed that the repository itself does not need. */
const here = join(root, "tests/runtimes");

/**
 * Installs the runtimes, once: again when the lock file has changed. They are some hundred megabytes out of
 * the npm registry, and none of their install scripts runs.
 *
 * @throws {Error} npm could not; the message says what to do.
 */
export async function installRuntimes(): Promise<void> {
  const lock = readFileSync(join(here, "package-lock.json"), "utf8");
  const record = join(here, "node_modules/.usher-lock");
  if (existsSync(record) && readFileSync(record, "utf8") === lock) return;
  process.stdout.write(
    "Installing Node 22, Node 26, Deno and workerd from the npm registry, about 200 MB …\n",
  );
  const { command, args } = npmCommand([
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefix",
    here,
  ]);
  const npm = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(npm, "exit")) as [number | null];
  if (code !== 0) {
    throw new Error(
      "The runtimes could not be installed: is the npm registry reached from here? Without it, `npm test` still does its part on Node 24 and on Bun.",
    );
  }
  writeFileSync(record, lock);
}
