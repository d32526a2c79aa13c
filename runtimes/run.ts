import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Runtime } from "./programs.ts";
import type { Result } from "./suite/check.ts";

/** What the suite came to on one runtime. */
export interface Outcome {
  readonly name: string;
  readonly version: string;
  readonly passed: number;
  readonly total: number;
  /** What failed; one line where the runtime itself did. */
  readonly failures: readonly string[];
}

/** As `suite/results.ts` prints it. */
const mark = "usher-results ";

/** Runs the suite that was bundled into a folder. A runtime that does not work is an outcome, too. */
export async function runOn(
  { name, program, run }: Runtime & { readonly program: string },
  folder: string,
): Promise<Outcome> {
  const options = { cwd: folder, timeout: 120_000, env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: "1" } };
  const execute = promisify(execFile);
  let version = "?";
  try {
    version = /\d[\w.-]*/.exec((await execute(program, ["--version"], options)).stdout)?.[0] ?? "?";
    const { stdout, stderr } = await execute(program, [...run], options);
    const line = `${stdout}\n${stderr}`.split("\n").find((text) => text.includes(mark));
    if (line === undefined) throw new Error(`it printed no results: ${stdout}${stderr}`);
    const results = JSON.parse(line.slice(line.indexOf(mark) + mark.length)) as Result[];
    const failures = results.flatMap((result) =>
      result.failure === undefined ? [] : [`${result.name}: ${result.failure}`],
    );
    return { name, version, passed: results.length - failures.length, total: results.length, failures };
  } catch (error) {
    return { name, version, passed: 0, total: 0, failures: [(error as Error).message] };
  }
}
