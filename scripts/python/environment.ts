import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { waitForLock } from "../launch/lock.ts";

const cache = fileURLToPath(new URL("../../node_modules/.cache/usher", import.meta.url));
const isWindows = process.platform === "win32";
const run = promisify(execFile);

/** Python or the packages are not available. The message is one line and says what to do. */
export class PythonUnavailable extends Error {
  override name = "PythonUnavailable";
}

/** What a new environment contains, and where progress is reported. */
export type EnvironmentOptions = {
  /** The name of its folder, `python-<name>-<hash>` in node_modules/.cache/usher. */
  name: string;
  /** A file of pinned requirements. Each must have a hash. */
  requirements: string;
  /** Stops the installation. */
  signal: AbortSignal;
  /** Receives a line before something slow. */
  report: (line: string) => void;
};

/**
 * The folder of the programs of a virtual environment with these requirements. It is created once for each
 * version of the file and of Python. When several processes call this, one creates it and the others wait.
 *
 * @throws {PythonUnavailable} There is no Python 3.10 with its venv module, or pip cannot install the
 *   packages.
 */
export async function pythonEnvironment(options: EnvironmentOptions): Promise<string> {
  const { name, requirements, signal } = options;
  const python = await findPython(signal);
  const hash = createHash("sha256").update(python.version).update(readFileSync(requirements)).digest("hex");
  const folder = join(cache, `python-${name}-${hash.slice(0, 12)}`);
  const programs = join(folder, isWindows ? "Scripts" : "bin");
  // Written last, so that an interrupted installation is repeated.
  const complete = join(folder, "complete");
  if (existsSync(complete)) return programs;

  mkdirSync(cache, { recursive: true });
  const lock = await waitForLock(join(cache, `python-${name}.lock`), signal);
  try {
    if (!existsSync(complete)) {
      await install(python.program, folder, join(programs, "python"), options);
      writeFileSync(complete, "");
    }
  } finally {
    lock.release();
  }
  return programs;
}

async function install(
  python: string,
  folder: string,
  own: string,
  { name, requirements, signal, report }: EnvironmentOptions,
): Promise<void> {
  report(`installing the Python packages of ${name} from PyPI, once`);
  rmSync(folder, { recursive: true, force: true });
  await attempt(
    python,
    ["-m", "venv", folder],
    signal,
    "Python cannot create a virtual environment: install its venv module (Debian: apt-get install python3-venv)",
  );
  await attempt(
    own,
    [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
      ...["--require-hashes", "--only-binary", ":all:", "--requirement", requirements],
    ],
    signal,
    "pip cannot install the Python packages",
  );
}

/** The first Python of the path that is 3.10 or later. */
async function findPython(signal: AbortSignal): Promise<{ program: string; version: string }> {
  const found: string[] = [];
  const script = "import sys; print('.'.join(map(str, sys.version_info[:3])), sys.implementation.cache_tag)";
  for (const program of isWindows ? ["python", "py"] : ["python3", "python"]) {
    const version = await run(program, ["-c", script], { signal }).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    signal.throwIfAborted();
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? "") ?? [];
    if (version === undefined || major === undefined) continue;
    if (Number(major) > 3 || Number(minor) >= 10) return { program, version };
    found.push(version.split(" ")[0] ?? version);
  }
  throw new PythonUnavailable(
    `Python 3.10 or later is needed, and ${found.length === 0 ? "there is none" : `this is ${found[0]}`}: install it with its venv module (Debian: apt-get install python3-venv)`,
  );
}

async function attempt(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  complaint: string,
): Promise<void> {
  try {
    await run(program, args, { signal, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    if (signal.aborted) throw error;
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const reason = `${stdout}\n${stderr}`.trim().split("\n").at(-1)?.trim() || (error as Error).message;
    throw new PythonUnavailable(`${complaint}: ${reason}`);
  }
}
