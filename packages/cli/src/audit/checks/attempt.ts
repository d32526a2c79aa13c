import type { Answer } from "../http/answer.ts";
import type { Difference, Values } from "../requests/request.ts";
import type { Judgement, NotTried } from "../verdicts/verdict.ts";

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
export type Plan = readonly Attempt[] | NotTried;

export function isIdle(plan: Plan): plan is NotTried {
  return "verdict" in plan;
}
