import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { waitForLock } from "./lock.ts";

const example = fileURLToPath(new URL("../../examples/gate/go", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/usher", import.meta.url));
const run = promisify(execFile);

/** Go is not available, or too old. The message is one line and says what to do. */
export class GoUnavailable extends Error {
  override name = "GoUnavailable";
}

/**
 * The program of examples/gate/go. It is built once for each version of its sources and of Go. When several
 * processes call this, one builds it and the others wait.
 *
 * @throws {GoUnavailable} There is no Go 1.22.
 */
export async function buildGoBackend(signal: AbortSignal, report: (line: string) => void): Promise<string> {
  const version = await goVersion(signal);
  const hash = createHash("sha256").update(version);
  for (const file of globSync("*.{go,mod,yaml}", { cwd: example }).sort())
    hash.update(file).update(readFileSync(join(example, file)));
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = join(cache, `todo-go-${hash.digest("hex").slice(0, 12)}${suffix}`);
  if (existsSync(program)) return program;

  mkdirSync(cache, { recursive: true });
  const lock = await waitForLock(join(cache, "todo-go.lock"), signal);
  try {
    if (!existsSync(program)) {
      report("building the backend in Go, once");
      const draft = `${program}.draft${suffix}`;
      await build(draft, signal);
      renameSync(draft, program);
    }
  } finally {
    lock.release();
  }
  return program;
}

async function build(program: string, signal: AbortSignal): Promise<void> {
  try {
    await run("go", ["build", "-trimpath", "-buildvcs=false", "-o", program, "."], {
      cwd: example,
      signal,
      // Only what is installed: the example has no dependencies.
      env: { ...process.env, GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "-mod=mod" },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const { stderr = "" } = error as { stderr?: string };
    const reason = stderr.trim().split("\n").at(-1) || (error as Error).message;
    throw new GoUnavailable(`Go cannot build examples/gate/go: ${reason}`);
  }
}

async function goVersion(signal: AbortSignal): Promise<string> {
  const env = { ...process.env, GOTOOLCHAIN: "local" };
  const version = await run("go", ["env", "GOVERSION", "GOOS", "GOARCH"], { signal, env }).then(
    ({ stdout }) => stdout.trim().replaceAll(/\s+/g, " "),
    () => undefined,
  );
  signal.throwIfAborted();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (version !== undefined && (Number(major) > 1 || Number(minor) >= 22)) return version;
  const found = version === undefined ? "there is none" : `this is ${version.split(" ")[0]}`;
  throw new GoUnavailable(`Go 1.22 or later is needed, and ${found}: install it (https://go.dev/dl)`);
}
