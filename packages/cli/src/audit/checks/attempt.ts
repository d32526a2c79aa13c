import type { Operation } from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import type { Answer } from "../http/answer.ts";
import type { Difference, Values } from "../requests/request.ts";
import type { Judgement, NotTried } from "../verdicts/verdict.ts";

/** A request that the API must not grant. */
export interface Attempt {
  /** What is sent, in words. Contains no token and no id. */
  readonly says: string;
  /** Called right before the request: an earlier one may have deleted an object. */
  values(): Promise<Values>;
  readonly authorization: string | undefined;
  readonly difference?: Difference;
  judge(answer: Answer | undefined, values: Values): Promise<Judgement>;
}

/** The requests to try on an operation, or why there are none. */
export type Plan = readonly Attempt[] | NotTried;

/** Makes the requests of a check for an operation. */
export type MakePlan = (operation: Operation, api: AuditedApi) => Plan | Promise<Plan>;

/** Whether the plan has no requests. */
export function isNotTried(plan: Plan): plan is NotTried {
  return "verdict" in plan;
}
