import { runCommandLine } from "../../../src/command-line.ts";
import type { Environment } from "../../../src/terminal.ts";

/** How a run of `usher audit` ended. */
export interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `usher audit` in this process, as fast as the API answers. */
export async function runAudit(words: readonly string[], environment: Environment = {}, input?: string): Promise<Run> {
  let output = "";
  let errors = "";
  const program = {
    name: "usher",
    version: "0.0.0",
    description: "",
    entries: { audit: { description: "", load: () => import("../../../src/commands/audit.ts") } },
  };
  const exitCode = await runCommandLine(program, ["audit", "--rate", "100000", ...words], {
    environment,
    input: (async function* () {
      if (input !== undefined) yield Buffer.from(input);
    })(),
    output: { write: (text) => (output += text) },
    errors: { write: (text) => (errors += text) },
  });
  return { exitCode, output, errors };
}

type JsonReport = {
  summary: Record<string, number>;
  halt: string | null;
  notes: string[];
  operations: {
    method: string;
    path: string;
    public: boolean;
    checks: {
      check: string;
      verdict: string;
      severity: string | null;
      reason: string;
      says: string | null;
      status: number | null;
      hasChallenge: boolean | null;
      hasProblem: boolean | null;
    }[];
  }[];
};

/** The report of a run with `--json`. */
export function reportOf({ output }: Run): JsonReport {
  return JSON.parse(output);
}

/** `GET /path check` of everything with that verdict. */
export function labelsWith(run: Run, verdict: string): string[] {
  return reportOf(run).operations.flatMap(({ method, path, checks }) =>
    checks.filter((result) => result.verdict === verdict).map(({ check }) => `${method} ${path} ${check}`),
  );
}
