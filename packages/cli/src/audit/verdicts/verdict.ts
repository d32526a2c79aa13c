/**
 * What an answer proves. `accepted`: the API grants the request, as the document says. `unclear`: neither
 * that the check passes nor that it fails.
 */
type Verdict = "passed" | "accepted" | "failed" | "unclear";

/** The verdict on one answer, and the reason. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Of a failure. An error grants access; a warning is a defect without access. */
  readonly severity?: "error" | "warning";
  /** One sentence. Contains nothing from a body or a header. */
  readonly reason: string;
}

export function passed(reason: string): Judgement {
  return { verdict: "passed", reason };
}

export function accepted(reason: string): Judgement {
  return { verdict: "accepted", reason };
}

export function failed(severity: "error" | "warning", reason: string): Judgement {
  return { verdict: "failed", severity, reason };
}

export function unclear(reason: string): Judgement {
  return { verdict: "unclear", reason };
}

/** The order of importance: an error, a warning, an unclear verdict, an accepted request, a passed check. */
export function weightOf({ verdict, severity }: Judgement): number {
  return weights[verdict === "failed" ? (severity ?? "error") : verdict];
}

const weights = { error: 4, warning: 3, unclear: 2, accepted: 1, passed: 0 } as const;

/**
 * A check that sent nothing. `inapplicable`: it has nothing to try. `skipped`: it could have found something.
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
