import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmCommand } from "../../../scripts/run/npm-command.ts";

/** The folder of an example. */
export function folderOf(example: string): string {
  return fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url));
}

/** An npm script of an example, with all its processes. */
export interface ExampleProcess {
  readonly child: ChildProcess;
  /** Its standard output and error so far. */
  output(): string;
  /** Ends all its processes. */
  stop(): Promise<void>;
}

/**
 * Runs an npm script in the folder of an example. It inherits no variable but those of the machine.
 *
 * @param environment - its own variables
 * @param words - more arguments of the script
 */
export function runScript(
  example: string,
  script: string,
  environment: Record<string, string> = {},
  words: readonly string[] = [],
): ExampleProcess {
  const { PATH = "", HOME = tmpdir() } = process.env;
  const { command, args } = npmCommand(["run", "--silent", script, "--", ...words]);
  const child = spawn(command, args, {
    cwd: folderOf(example),
    env: { PATH, HOME, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // In a separate process group, so that one signal reaches npm's processes too.
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const kill = () => signalAll("SIGKILL");
  process.once("exit", kill);
  return {
    child,
    output: () => text,
    stop: async () => {
      signalAll("SIGTERM");
      const late = setTimeout(kill, 5_000);
      await ended;
      clearTimeout(late);
      process.off("exit", kill);
    },
  };
}

/** Creates an empty folder for the data of an example, and a function that removes it. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "usher-example-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
