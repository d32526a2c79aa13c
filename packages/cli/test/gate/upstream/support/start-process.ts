import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A program of this folder that runs and has printed its port. */
export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a program of this folder. It is killed when the test ends. */
export async function startProcess(file: string, ...args: readonly string[]): Promise<Running> {
  const path = new URL(file, import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=@usher-auth/source", "--expose-gc", path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, port: Number(line) };
}
