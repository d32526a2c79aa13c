import type { Idle } from "../checks/attempt.ts";
import type { CheckId } from "../checks/checks.ts";
import type { Operation } from "../document/operation.ts";
import type { Halt } from "../http/traffic.ts";
import type { Judgement } from "../verdicts/verdict.ts";

/** What came of one check on one operation. */
export interface Result {
  readonly check: CheckId;
  /** `accepted`: let in, and meant to be. */
  readonly verdict: Judgement["verdict"] | "accepted" | Idle["verdict"];
  readonly severity: "error" | "warning" | undefined;
  /** One sentence. */
  readonly reason: string;
  /** What was sent, where a verdict rests on one request. */
  readonly says: string | undefined;
  /** Of the request that the verdict rests on; undefined where none was sent, or no answer came. */
  readonly status: number | undefined;
  /** Whether every 401 had `WWW-Authenticate`; undefined where there was none. */
  readonly hasChallenge: boolean | undefined;
  /** Whether every refusal had a problem body; undefined where there was none. */
  readonly hasProblem: boolean | undefined;
  readonly attempts: number;
}

/** What came of every check on one operation, in the order of the checks. */
export interface OperationReport {
  readonly operation: Operation;
  readonly isPublic: boolean;
  readonly results: readonly Result[];
}

/** What an audit has found. Holds no token, and nothing of a body. */
export interface AuditReport {
  /** The document: its file, or its address. */
  readonly document: string;
  readonly target: string;
  /** What the reader should know of how it was done. */
  readonly notes: readonly string[];
  readonly operations: readonly OperationReport[];
  readonly requests: number;
  readonly seconds: number;
  /** Why it ended early; undefined where it did not. */
  readonly halt: Halt | undefined;
}

export type Finding = { readonly operation: Operation; readonly result: Result };

/** The results of one verdict, errors first. */
export function resultsWith({ operations }: AuditReport, verdict: Result["verdict"]): Finding[] {
  return operations
    .flatMap(({ operation, results }) => results.map((result) => ({ operation, result })))
    .filter(({ result }) => result.verdict === verdict)
    .sort(
      (one, other) => Number(other.result.severity === "error") - Number(one.result.severity === "error"),
    );
}

/**
 * 1: something was found. 2: not all could be judged, so that it is no proof. 0: all that was tried holds.
 */
export function exitCodeOf(report: AuditReport): 0 | 1 | 2 {
  if (resultsWith(report, "failed").length > 0) return 1;
  const isProof = report.halt === undefined && resultsWith(report, "unclear").length === 0;
  return isProof && resultsWith(report, "passed").length > 0 ? 0 : 2;
}
