import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { copyPreparedDatabase } from "../postgres/prepared-database.ts";
import { machineEnvironment } from "./machine-environment.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
/** Ends the launcher when its test is killed, in the same way as the launcher's own processes end. */
const parentWatcher = new URL("../../../../scripts/launch/parent-watcher.ts", import.meta.url).href;

/** The result of a launcher that has ended. */
type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string; errors: string };

/** A process started by the launcher or one of its children. */
type Descendant = { pid: number; command: string };

/** A running launcher, as a terminal shows it. */
export type Launcher = {
  process: ChildProcess;
  output: () => string;
  errors: () => string;
  /** Resolves when it reports that both processes listen. */
  up: Promise<void>;
  /** Resolves when it has ended. */
  ended: Promise<Ended>;
  /** Its descendant processes with their command lines. */
  descendants: () => Descendant[];
};

/** A launcher whose processes both listen. */
export type RunningUsher = Launcher & {
  webUrl: string;
  apiUrl: string;
  dataFolder: string;
  /** Ends both processes, and deletes the data folder unless it was passed in. May be called again. */
  stop: () => Promise<Ended>;
};

/**
 * Runs `scripts/start.ts` (or another script) on free ports. It inherits only the variables of
 * `machineEnvironment`, so that no others can influence a test.
 */
export function launchUsher(
  environment: Record<string, string>,
  script = "scripts/start.ts",
  args: readonly string[] = [],
): Launcher {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--conditions=@usher-auth/source",
      `--import=${parentWatcher}`,
      script,
      ...args,
    ],
    {
      cwd: root,
      env: { ...machineEnvironment(), WEB_PORT: "0", API_PORT: "0", ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      // In its own process group, as in a terminal.
      detached: true,
    },
  );
  let output = "";
  let errors = "";
  const { promise: up, resolve: isUp } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    output += `${line}\n`;
    if (/Ctrl-C stops (?:both|all)\./.test(line)) isUp();
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    errors += `${line}\n`;
  });
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    up,
    ended: once(child, "close").then(([code, signal]) => ({ code, signal, output, errors })),
    descendants: () => descendantsOf(child.pid ?? 0),
  };
}

/**
 * Runs the web app and the API, and resolves when both listen. Uses the given DATA_DIR, or a new one with a
 * prepared database.
 */
export async function startUsher(
  environment: Record<string, string> = {},
  script = "scripts/start.ts",
  args: readonly string[] = [],
): Promise<RunningUsher> {
  const given = environment.DATA_DIR;
  const dataFolder = given ?? mkdtempSync(join(tmpdir(), "usher-data-"));
  if (given === undefined) await copyPreparedDatabase(join(dataFolder, "api"));
  const launcher = launchUsher({ ...environment, DATA_DIR: dataFolder }, script, args);
  const early = launcher.ended.then(({ errors, output }) => {
    throw new Error(`it did not start:\n${output}${errors}`);
  });
  await Promise.race([launcher.up, early]);
  const urlAfter = (label: string) =>
    new RegExp(`${label} +(http://localhost:\\d+)`).exec(launcher.output())?.[1] ?? "";
  return {
    ...launcher,
    webUrl: urlAfter("Web app"),
    apiUrl: urlAfter("API"),
    dataFolder,
    stop: async () => {
      launcher.process.kill("SIGTERM");
      const ended = await launcher.ended;
      if (given === undefined) rmSync(dataFolder, { recursive: true, force: true });
      return ended;
    },
  };
}

function descendantsOf(ancestor: number): Descendant[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = [...table.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, command = ""]) => ({
    pid: Number(pid),
    parent: Number(parent),
    command,
  }));
  const below = (parent: number): Descendant[] =>
    rows
      .filter((row) => row.parent === parent)
      .flatMap(({ pid, command }) => [{ pid, command }, ...below(pid)]);
  return below(ancestor).filter(({ command }) => /main\.ts|gate-program\.ts/.test(command));
}

/** Whether the process is still running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
