import type { Operation } from "../../openapi/operation.ts";
import type { Halt } from "../http/traffic.ts";
import type { OperationReport, Result } from "../result.ts";

/** A whole audit. Contains no token and nothing from a body. */
export interface AuditReport {
  /** The document's file or address. */
  readonly document: string;
  readonly target: string;
  /** What the reader should know about the audit. */
  readonly notes: readonly string[];
  readonly operations: readonly OperationReport[];
  readonly requests: number;
  readonly seconds: number;
  /** Why it ended early; undefined if it did not. */
  readonly halt: Halt | undefined;
}

/** A result with its operation. */
export type Finding = { readonly operation: Operation; readonly result: Result };

/** The results with this verdict, errors first. */
export function resultsWith({ operations }: AuditReport, verdict: Result["verdict"]): Finding[] {
  return operations
    .flatMap(({ operation, results }) => results.map((result) => ({ operation, result })))
    .filter(({ result }) => result.verdict === verdict)
    .sort(
      (one, other) => Number(other.result.severity === "error") - Number(one.result.severity === "error"),
    );
}

/** 0: every check that ran passed. 1: something was found. 2: not everything could be judged. */
export function exitCodeOf(report: AuditReport): 0 | 1 | 2 {
  if (resultsWith(report, "failed").length > 0) return 1;
  const isComplete = report.halt === undefined && resultsWith(report, "unclear").length === 0;
  return isComplete && resultsWith(report, "passed").length > 0 ? 0 : 2;
}
