import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LaunchError } from "./launch-error.ts";
import { untilAnswered } from "./until-answered.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const parentWatcher = new URL("./parent-watcher.ts", import.meta.url).href;
const isWindows = process.platform === "win32";
/** The last one is uvicorn's, of an API in Python. */
const readyLine = /\b(?:web listening|api listening|Uvicorn running) on http/;

/** A process to run: the API, a replica of it, or the web app. */
export type Service = {
  /** The prefix of its lines: `web`, `api`, or `api-2`. */
  name: string;
  /** The file to run, relative to the repository's root. */
  entry: string;
  args?: readonly string[];
  /** An address that answers 2xx when it is ready. Default: it is ready when it prints that it listens. */
  readyUrl?: string;
  environment: NodeJS.ProcessEnv;
  /** Folders: when a file in one of them changes, the process restarts. Empty: it never restarts. */
  watch: string[];
};

/** A started process. */
export type RunningService = {
  name: string;
  /** Undefined if it could not be started. */
  pid: number | undefined;
  /**
   * Resolves when it is ready. Rejects with a LaunchError if it ends first, or after 60
   * seconds.
   */
  ready: Promise<void>;
  /** Resolves to one line that says how it ended. */
  ended: Promise<string>;
  /**
   * Stops it with SIGTERM, and after `timeout` ms (10 000) with SIGKILL for it and its children. Resolves to
   * false if SIGKILL was needed.
   */
  stop: (timeout?: number) => Promise<boolean>;
};

/** Receives its lines. */
export type Output = { line: (text: string) => void; errorLine: (text: string) => void };

/**
 * Starts the process. Its error lines are printed once it is ready. If it fails, the last one is the error.
 */
export function startService(service: Service, output: Output): RunningService {
  // Folders rather than the imported files: Vite imports temporary copies of its configuration and deletes
  // them.
  const folders = service.watch.map((folder) => `--watch-path=${folder}`);
  const watch = service.watch.length > 0 ? ["--watch-preserve-output", ...folders] : [];
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--conditions=@usher-auth/source",
      `--import=${parentWatcher}`,
      ...watch,
      service.entry,
      ...(service.args ?? []),
    ],
    // In a separate process group, so that Ctrl-C reaches only the launcher, which stops both in order. On
    // Windows, that would open a window.
    {
      cwd: root,
      env: service.environment,
      stdio: ["pipe", "pipe", "pipe"],
      detached: !isWindows,
      windowsHide: true,
    },
  );
  const isGone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  return {
    name: service.name,
    pid: child.pid,
    ready: untilReady(child, isGone, service, output),
    ended: isGone.then((how) => `the ${service.name} process ended (${how})`),
    stop: (timeout = 10_000) => stop(child, isGone, timeout),
  };
}

async function untilReady(child: ChildProcess, isGone: Promise<string>, service: Service, output: Output) {
  const held: string[] = [];
  const isWatched = service.watch.length > 0;
  let isHolding = !isWatched;
  const release = () => {
    isHolding = false;
    for (const line of held.splice(0)) output.errorLine(line);
  };
  linesOf(child.stderr, (line) => (isHolding ? held.push(line) : output.errorLine(line)));
  const stopped = new AbortController();
  void isGone.then(() => stopped.abort());
  const isListening = new Promise<void>((resolve) => {
    if (service.readyUrl !== undefined) untilAnswered(service.readyUrl, stopped.signal, resolve);
    linesOf(child.stdout, (line) => {
      output.line(line);
      if (service.readyUrl === undefined && readyLine.test(line)) resolve();
    });
  });
  const failed = isGone.then((how) => {
    // Both processes print what is wrong in one line.
    throw new LaunchError(held.at(-1) ?? `the ${service.name} process did not start (${how})`);
  });
  if (isWatched) return Promise.race([isListening, failed]);
  const late = deadline(60_000, () => {
    release();
    return new LaunchError(`the ${service.name} process did not start within 60 seconds`);
  });
  await Promise.race([isListening, failed, late.passed]).finally(() => {
    late.cancel();
    stopped.abort();
  });
  release();
}

async function stop(child: ChildProcess, isGone: Promise<string>, timeout: number): Promise<boolean> {
  const late = deadline(timeout, () => new Error("too slow"));
  // Windows has no signals: there, parent-watcher.ts ends the process when its input ends.
  if (isWindows) child.stdin?.end();
  else child.kill("SIGTERM");
  try {
    await Promise.race([isGone, late.passed]);
    return true;
  } catch {
    if (isWindows) child.kill("SIGKILL");
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await isGone;
    return false;
  } finally {
    late.cancel();
  }
}

function linesOf(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", onLine);
}

function deadline(milliseconds: number, reason: () => Error) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(reason()), milliseconds);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}
