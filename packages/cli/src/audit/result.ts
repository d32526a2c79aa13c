import type { Operation } from "../openapi/operation.ts";
import type { CheckId } from "./checks/checks.ts";
import type { Halt } from "./http/traffic.ts";
import type { Judgement, NotTried } from "./verdicts/verdict.ts";

/** What an operation requires, by the document and the baseline. */
export type Access = "required" | "optional" | "public";

/** The result of one check on one operation. */
export interface Result {
  readonly check: CheckId;
  /** `accepted`: the API granted the request, and the document or the baseline allows that. */
  readonly verdict: Judgement["verdict"] | NotTried["verdict"];
  readonly severity: "error" | "warning" | undefined;
  /** Why the check has this verdict, in one sentence. */
  readonly reason: string;
  /** What was sent in the request that decided the verdict. */
  readonly says: string | undefined;
  /** The status of that request's answer; undefined if none was sent or no answer came. */
  readonly status: number | undefined;
  /** Whether every 401 had `WWW-Authenticate`; undefined if there was no 401. */
  readonly hasChallenge: boolean | undefined;
  /** Whether every refusal had a problem body; undefined if nothing was refused. */
  readonly hasProblem: boolean | undefined;
  /** How many requests the check sent. */
  readonly attempts: number;
}

/** The results of every check on one operation, in the order of the checks. */
export interface OperationReport {
  readonly operation: Operation;
  readonly access: Access;
  readonly results: readonly Result[];
}

/** The results of an audit, in the order of the document. */
export interface Outcome {
  readonly operations: readonly OperationReport[];
  /** Why the audit ended early; undefined if it did not. */
  readonly halt: Halt | undefined;
  /** For each created object that could not be deleted: the operation that created it. */
  readonly notDeleted: readonly string[];
}
