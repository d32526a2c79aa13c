import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LaunchError } from "./launch-error.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const parentWatcher = new URL("./parent-watcher.ts", import.meta.url).href;
const isWindows = process.platform === "win32";
const readyLine = /\b(?:web|api) listening on http/;

/** A process of the system, as it is to be run. */
export type Service = {
  /** What its lines begin with: `web`, `api`, or `api-2`. */
  name: string;
  /** The file to run, from the repository's root. */
  entry: string;
  environment: NodeJS.ProcessEnv;
  /**
   * Restart it whenever a file of one of these folders changes, and keep waiting when it fails. Empty: never.
   */
  watch: string[];
};

/** A process that was started. */
export type RunningService = {
  name: string;
  /** Undefined where it could not be started at all. */
  pid: number | undefined;
  /**
   * Resolves when it says that it listens. Rejects with a LaunchError when it ends or 60 seconds pass before.
   */
  ready: Promise<void>;
  /** Resolves with one line that says how it ended. */
  ended: Promise<string>;
  /**
   * Ends it: SIGTERM, and after `patience` ms (10 000) SIGKILL for it and its children. Resolves to whether
   * it went cleanly.
   */
  stop: (patience?: number) => Promise<boolean>;
};

/** Where its lines go. */
export type Output = { line: (text: string) => void; errorLine: (text: string) => void };

/**
 * Starts the process. Its error lines are held back until it is ready: the last one becomes the LaunchError.
 */
export function startService(service: Service, output: Output): RunningService {
  // Named folders rather than what is imported: Vite imports temporary copies of its configuration, and
  // deletes them.
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
    ],
    // A group of its own: Ctrl-C reaches the launcher alone, which stops both in order. On Windows, it would
    // be a window.
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
    stop: (patience = 10_000) => stop(child, isGone, patience),
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
  const isListening = new Promise<void>((resolve) => {
    linesOf(child.stdout, (line) => {
      output.line(line);
      if (readyLine.test(line)) resolve();
    });
  });
  const failed = isGone.then((how) => {
    // Both processes say what is wrong in one line of their own.
    throw new LaunchError(held.at(-1) ?? `the ${service.name} process did not start (${how})`);
  });
  if (isWatched) return Promise.race([isListening, failed]);
  const late = deadline(60_000, () => {
    release();
    return new LaunchError(`the ${service.name} process did not start within 60 seconds`);
  });
  await Promise.race([isListening, failed, late.passed]).finally(late.cancel);
  release();
}

async function stop(child: ChildProcess, isGone: Promise<string>, patience: number): Promise<boolean> {
  const late = deadline(patience, () => new Error("too slow"));
  // Windows has no signals: the process is ended there when its input is, by parent-watcher.ts.
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
