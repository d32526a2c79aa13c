import type { CheckId } from "./checks/checks.ts";
import type { Operation } from "./document/operation.ts";
import type { Halt } from "./http/traffic.ts";
import type { Judgement, NotTried } from "./verdicts/verdict.ts";

/** What came of one check on one operation. */
export interface Result {
  readonly check: CheckId;
  /** `accepted`: let in, and meant to be. */
  readonly verdict: Judgement["verdict"] | "accepted" | NotTried["verdict"];
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

/** What an audit found, in the order of the document. */
export interface Outcome {
  readonly operations: readonly OperationReport[];
  readonly halt: Halt | undefined;
  /** Operations whose additions could not be deleted again, one entry for each. */
  readonly leftovers: readonly string[];
}
