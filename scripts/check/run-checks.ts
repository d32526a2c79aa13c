import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";

/** A program to run in the repository's root. */
export type Check = { name: string; command: string; args: string[] };

/** The result of a check. */
export type Outcome = { check: Check; passed: boolean; output: string; seconds: number };

/** Runs all checks, `atOnce` at a time, also after a failure. Calls `onEnd` after each. */
export async function runChecks(
  checks: Check[],
  { root, atOnce, onEnd }: { root: string; atOnce: number; onEnd: (outcome: Outcome) => void },
): Promise<Outcome[]> {
  const waiting = [...checks];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await runCheck(check, root);
      outcomes.push(outcome);
      onEnd(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes;
}

function runCheck(check: Check, root: string): Promise<Outcome> {
  const started = performance.now();
  const path = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const child = spawn(check.command, check.args, {
    cwd: root,
    env: { ...process.env, PATH: path, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    const end = (passed: boolean) =>
      resolve({ check, passed, output: output.trim(), seconds: (performance.now() - started) / 1000 });
    child.once("error", (error) => {
      output += error.message;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}
