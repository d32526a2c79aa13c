import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

// The measured server has the first core to itself, and everything else shares the others: the load and the
// backend can then neither slow it down nor lend it their share, and a program that uses many cores is
// compared with one that uses one.

/** Moves this process, and what it starts from now on, to the other cores. */
export function leaveFirstCore(): void {
  if (!canPin()) return;
  const others = `1-${availableParallelism() - 1}`;
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", others, String(process.pid)]);
}

/** A command that runs on the first core. The program sees no other. */
export function onFirstCore(command: readonly string[]): readonly string[] {
  return canPin() ? ["taskset", "--cpu-list", "0", ...command] : command;
}

let pinnable: boolean | undefined;

/** Whether the machine has a second core, and `taskset`. Asked first before this process leaves a core. */
function canPin(): boolean {
  pinnable ??= availableParallelism() > 1 && hasTaskset();
  return pinnable;
}

function hasTaskset(): boolean {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * The CPU time that a process has used so far with all its threads, in its own code and in the kernel's, in
 * microseconds. Undefined where the system does not tell (`/proc/<pid>/task/<thread>/schedstat`).
 */
export function cpuTimeOf(pid: number): number | undefined {
  const folder = `/proc/${pid}/task`;
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(folder))
      nanoseconds += Number(readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
  return nanoseconds / 1000;
}
