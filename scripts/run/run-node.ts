import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs the same Node.js with these arguments, in the repository's root and without a shell. Forwards SIGTERM
 * and SIGHUP.
 *
 * @returns Its exit code, or 128 plus the number of the signal that ended it.
 */
export async function runNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  // On Ctrl-C, the terminal sends SIGINT to both processes.
  const wait = () => {};
  process.on("SIGTERM", forward).on("SIGHUP", forward).on("SIGINT", wait);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    process.off("SIGTERM", forward).off("SIGHUP", forward).off("SIGINT", wait);
  }
}
