import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const requirements = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const cache = fileURLToPath(new URL("../../../node_modules/.cache/usher", import.meta.url));
const binaries = process.platform === "win32" ? "Scripts" : "bin";

/**
 * The program `st`, in a virtual environment with pinned versions, which is created once.
 *
 * @throws {Error} Python or PyPI is not available; the message says what to do.
 */
export function installSchemathesis(): string {
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const environment = join(cache, `schemathesis-${version}`);
  const program = join(environment, binaries, "st");
  // Written last, so that an interrupted installation is repeated.
  const complete = join(environment, "complete");
  if (existsSync(complete)) return program;

  process.stdout.write("Installing schemathesis from PyPI …\n");
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const python = process.platform === "win32" ? "python" : "python3";
  run(
    python,
    ["-m", "venv", environment],
    "Python 3.10 or later with its venv module is needed (Debian: apt-get install python3-venv)",
  );
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--requirement",
    requirements,
  ];
  run(join(environment, binaries, "python"), pip, "pip could not install it: is PyPI reachable?");
  mkdirSync(`${complete}.draft`);
  renameSync(`${complete}.draft`, complete);
  return program;
}

function run(program: string, args: readonly string[], complaint: string): void {
  const { status } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(complaint);
}
