import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Milliseconds. */
const interval = 500;

/**
 * Calls `onGone` once when npm, or the shell between npm and this script, has ended. npm forwards SIGTERM
 * only to that shell, and nothing forwards SIGKILL. Does nothing when npm does not run this script: a script
 * that was started by hand may be meant to outlive its parent.
 *
 * On Windows, only the end of the shell is noticed.
 */
export function watchNpm(onGone: () => void, environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // A shell may have replaced itself with the script. Then the parent is npm.
  const shell = describe(parent);
  const npm = shell !== undefined && /^\S+ -c /.test(shell.command) ? shell.parent : undefined;
  const isGone = () =>
    process.ppid !== parent ||
    !isAlive(parent) ||
    (npm !== undefined && (!isAlive(npm) || isOrphan(parent, npm)));
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    onGone();
  }, interval);
  timer.unref();
}

/** Whether the process has a new parent. Not on macOS, where finding out means to run `ps` each time. */
function isOrphan(pid: number, parent: number): boolean {
  return process.platform === "linux" && describe(pid)?.parent !== parent;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A process's parent and command line, or undefined if they are unknown. */
function describe(pid: number): { parent: number; command: string } | undefined {
  try {
    switch (process.platform) {
      case "win32":
        return undefined;
      case "linux": {
        // The name, in parentheses, may contain any character.
        const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
        return {
          parent: Number(parent),
          command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
        };
      }
      default: {
        const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], {
          encoding: "utf8",
        }).trim();
        return { parent: Number.parseInt(line, 10), command: line.replace(/^\d+ +/, "") };
      }
    }
  } catch {
    return undefined;
  }
}
