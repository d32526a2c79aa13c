import type { Operation } from "../document/operation.ts";
import type { Halt } from "../http/traffic.ts";
import type { OperationReport, Result } from "../result.ts";

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
