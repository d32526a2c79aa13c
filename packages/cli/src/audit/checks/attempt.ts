import type { Answer } from "../http/answer.ts";
import type { Difference } from "../requests/request.ts";
import type { Values } from "../requests/values.ts";
import type { Judgement } from "../verdicts/verdict.ts";

/** One request that is not to be granted. */
export interface Attempt {
  /** What is sent, in words that follow "with": no token and no id in it. */
  readonly says: string;
  /** Looked up when the attempt is made: an earlier one may have used something up. */
  values(): Promise<Values>;
  readonly authorization: string | undefined;
  readonly difference?: Difference;
  judge(answer: Answer | undefined, values: Values): Promise<Judgement>;
}

/** What is to be tried on an operation; or why nothing is. */
export type Plan = readonly Attempt[] | Idle;

/**
 * `inapplicable`: there is no such way in. `skipped`: there may be, and it is not known whether it is closed.
 */
export interface Idle {
  readonly verdict: "inapplicable" | "skipped";
  readonly reason: string;
}

export function inapplicable(reason: string): Idle {
  return { verdict: "inapplicable", reason };
}

export function skipped(reason: string): Idle {
  return { verdict: "skipped", reason };
}

export function isIdle(plan: Plan): plan is Idle {
  return "verdict" in plan;
}
