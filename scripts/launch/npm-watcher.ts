import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Milliseconds between two looks. */
const interval = 500;

/**
 * Calls `onGone`, once, when the npm that runs this script has ended in any way, or the shell in between. npm
 * passes SIGTERM on to that shell alone, and SIGKILL to nobody; the shell passes on neither. Does nothing
 * where npm does not run this script: whoever starts it by hand may have meant it to stay.
 *
 * On Windows only the end of the shell is seen.
 */
export function watchNpm(onGone: () => void, environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // A shell may have put the script in its own place; then the parent is npm itself, and its parent no
  // concern of ours.
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

/**
 * Whether the process has another parent than it had. Where that costs a program (macOS), {@link isAlive} has
 * to do.
 */
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

/** A process's parent and command line; undefined where neither can be told. */
function describe(pid: number): { parent: number; command: string } | undefined {
  try {
    switch (process.platform) {
      case "win32":
        return undefined;
      case "linux": {
        // Its name, in parentheses, may hold any character.
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
