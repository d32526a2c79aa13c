import type { Environment } from "../../../src/terminal.ts";
import { type Run, usher } from "../../support/command.ts";

/** Runs `usher-auth audit` in this process, as fast as the API answers. */
export function runAudit(
  words: readonly string[],
  environment: Environment = {},
  input?: string,
): Promise<Run> {
  return usher(["audit", "--rate", "100000", ...words], { environment, input });
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

/** `GET /path check` for every result with this verdict. */
export function labelsWith(run: Run, verdict: string): string[] {
  return reportOf(run).operations.flatMap(({ method, path, checks }) =>
    checks.filter((result) => result.verdict === verdict).map(({ check }) => `${method} ${path} ${check}`),
  );
}
