/** What an answer says of an API. `unclear`: neither that it holds, nor that it does not. */
type Verdict = "passed" | "failed" | "unclear";

/** A verdict on one answer, and why. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Of a failure: an error lets somebody in, a warning is a flaw. */
  readonly severity?: "error" | "warning";
  /** One sentence. Holds nothing of a body or of a header. */
  readonly reason: string;
}

export function passed(reason: string): Judgement {
  return { verdict: "passed", reason };
}

export function failed(severity: "error" | "warning", reason: string): Judgement {
  return { verdict: "failed", severity, reason };
}

export function unclear(reason: string): Judgement {
  return { verdict: "unclear", reason };
}

/** The one that weighs most: an error, then a warning, then what is unclear. Of equals, the first. */
export function weightOf({ verdict, severity }: Judgement): number {
  return verdict === "failed" ? (severity === "error" ? 3 : 2) : verdict === "unclear" ? 1 : 0;
}

/**
 * `inapplicable`: there is no such way in. `skipped`: there may be, and it is not known whether it is closed.
 */
export interface NotTried {
  readonly verdict: "inapplicable" | "skipped";
  readonly reason: string;
}

export function inapplicable(reason: string): NotTried {
  return { verdict: "inapplicable", reason };
}

export function skipped(reason: string): NotTried {
  return { verdict: "skipped", reason };
}
