import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const supervisor = fileURLToPath(new URL("supervise.ts", import.meta.url));

/** A program that runs until it is stopped, or until this process ends. */
export interface Running {
  /** What it has written so far. */
  output(): string;
  /** Whether it has ended. */
  hasEnded(): boolean;
  /** Ends it and what it has started, without asking. */
  stop(): Promise<void>;
}

/** Starts a program with nothing of the environment but what is given. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Running {
  const child: ChildProcess = spawn(process.execPath, [supervisor, program, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
    // The supervisor ends the program when its standard input ends.
    stdio: ["pipe", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (part: string) => {
      text = (text + part).slice(-50_000);
    });
  }
  const closed = once(child, "close");
  return {
    output: () => text,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      child.stdin?.end();
      await closed;
    },
  };
}

/** Waits until `isReady` says so. Throws when the program has ended, or after a minute. */
export async function waitUntil(isReady: () => Promise<boolean> | boolean, program: Running): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isReady())) {
    if (program.hasEnded() || performance.now() > deadline)
      throw new Error(`it did not start: ${program.output().slice(-3_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
