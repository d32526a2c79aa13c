import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs the Node that runs this, with these arguments, from the repository's root and without a shell. It is
 * told to stop when this process is.
 *
 * @returns Its exit code, or a shell's code for the signal that ended it.
 */
export async function runNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  // Ctrl-C reaches it by itself, from the terminal.
  const wait = () => {};
  process.on("SIGTERM", pass).on("SIGHUP", pass).on("SIGINT", wait);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    process.off("SIGTERM", pass).off("SIGHUP", pass).off("SIGINT", wait);
  }
}
