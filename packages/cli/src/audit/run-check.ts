import type { Operation } from "../openapi/operation.ts";
import type { AuditedApi } from "./audited-api.ts";
import { type Attempt, isNotTried } from "./checks/attempt.ts";
import type { CheckId } from "./checks/checks.ts";
import { planOf } from "./checks/plan.ts";
import { type Answer, isSuccess } from "./http/answer.ts";
import type { Access, Result } from "./result.ts";
import { inapplicable, type Judgement, type NotTried, skipped, weightOf } from "./verdicts/verdict.ts";

/** Runs one check on one operation. It stops at the first request that grants access. */
export async function runCheck(
  check: CheckId,
  operation: Operation,
  access: Access,
  api: AuditedApi,
): Promise<Result> {
  const plan = await planOf(check, operation, access, api);
  if (isNotTried(plan)) return notTriedResult(check, plan);
  return resultOf(check, await sendAll(plan, operation, api));
}

/** The result of a check that sent nothing. */
export function notTriedResult(check: CheckId, { verdict, reason }: NotTried): Result {
  return {
    check,
    verdict,
    severity: undefined,
    reason,
    says: undefined,
    status: undefined,
    hasChallenge: undefined,
    hasProblem: undefined,
    attempts: 0,
  };
}

/** Why earlier results make a check pointless; undefined if they do not. */
export function skippedAfter(check: CheckId, results: readonly Result[]): NotTried | undefined {
  const found = (id: CheckId) => results.find((result) => result.check === id && result.severity === "error");
  const open = found("no_token");
  // One request was enough: the plain path is open.
  if (open?.attempts === 1) return skipped("the operation is open without a token");
  if (check !== "path_spelling") return undefined;
  if (open !== undefined)
    return skipped("the operation is open without a token in another spelling, or as HEAD");
  if (results.some((result) => result.check === "other_owner" && result.severity !== undefined)) {
    return skipped("the path itself already gives access");
  }
  return undefined;
}

type AttemptResult = { says: string; answer: Answer | undefined; judgement: Judgement };

async function sendAll(
  plan: readonly Attempt[],
  operation: Operation,
  api: AuditedApi,
): Promise<AttemptResult[]> {
  const results: AttemptResult[] = [];
  for (const attempt of plan) {
    const values = await attempt.values();
    const answer = await api.send(operation, values, attempt.authorization, attempt.difference);
    const judgement = await attempt.judge(answer, values);
    results.push({ says: attempt.says, answer, judgement });
    if (judgement.severity === "error") break;
  }
  return results;
}

function resultOf(check: CheckId, results: readonly AttemptResult[]): Result {
  const [first] = [...results].sort((one, other) => weightOf(other.judgement) - weightOf(one.judgement));
  if (first === undefined) return notTriedResult(check, inapplicable("there is nothing to try"));
  const refusals = results.flatMap(({ answer }) =>
    answer === undefined || isSuccess(answer) ? [] : [answer],
  );
  const challenged = refusals.filter(({ status }) => status === 401);
  return {
    check,
    verdict: first.judgement.verdict,
    severity: first.judgement.severity,
    reason: first.judgement.reason,
    says: first.says,
    status: first.answer?.status,
    hasChallenge: challenged.length === 0 ? undefined : challenged.every(({ hasChallenge }) => hasChallenge),
    hasProblem: refusals.length === 0 ? undefined : refusals.every(({ hasProblem }) => hasProblem),
    attempts: results.length,
  };
}
