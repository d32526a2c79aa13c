import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../../scripts/run/npm-command.ts";
import { root } from "./runtimes.ts";

/** The folder of the runtimes that are not part of the normal installation. */
const here = join(root, "tests/runtimes");

/**
 * Installs the runtimes, unless that was done for this lock file. Downloads some hundred megabytes from the
 * npm registry. Runs no install scripts.
 *
 * @throws {Error} npm failed; the message says what to do.
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
