import type { Operation } from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { accepted, type Judgement } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** A public operation needs no guard, but it must not fail. */
export function publicWithoutToken(operation: Operation, api: AuditedApi): Plan {
  return [attempt(operation, api, "no Authorization header", undefined)];
}

/** A public operation must not fail on an invalid token either. */
export function publicWithGarbage(operation: Operation, api: AuditedApi): Plan {
  return [attempt(operation, api, "the bearer token `garbage`", "Bearer garbage")];
}

function attempt(
  operation: Operation,
  api: AuditedApi,
  says: string,
  authorization: string | undefined,
): Attempt {
  const values = () => api.ownValues(operation, api.users.a);
  return { says, authorization, values, judge: async (answer) => judge(answer) };
}

function judge(answer: Answer | undefined): Judgement {
  return answer !== undefined && isSuccess(answer)
    ? accepted(`public, answered ${answer.status}`)
    : judgeAnyRefusal(answer);
}
