import type { Scene } from "./audited-api.ts";
import { type Attempt, isIdle } from "./checks/attempt.ts";
import type { CheckId } from "./checks/checks.ts";
import { planOf } from "./checks/plan.ts";
import type { Operation } from "./document/operation.ts";
import { type Answer, isSuccess } from "./http/answer.ts";
import type { Result } from "./result.ts";
import { inapplicable, type Judgement, type NotTried, skipped, weightOf } from "./verdicts/verdict.ts";

/** Tries one check on one operation. It ends at the first request that lets somebody in: one is enough. */
export async function examine(
  check: CheckId,
  operation: Operation,
  isPublic: boolean,
  scene: Scene,
): Promise<Result> {
  const plan = await planOf(check, operation, isPublic, scene);
  if (isIdle(plan)) return idleResult(check, plan);
  return resultOf(check, await carryOut(plan, operation, scene), isPublic);
}

/** A check of which nothing was tried, and why. */
export function idleResult(check: CheckId, { verdict, reason }: NotTried): Result {
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

/** Why a check is not worth trying after what others have found; undefined where it is. */
export function madeIdle(check: CheckId, results: readonly Result[]): NotTried | undefined {
  const found = (id: CheckId) => results.find((result) => result.check === id && result.severity === "error");
  const open = found("no_token");
  // After a single request: on the plain path.
  if (open?.attempts === 1) return skipped("it is open without a token");
  if (check !== "path_spelling") return undefined;
  if (open !== undefined) return skipped("another spelling is open without a token");
  if (results.some((result) => result.check === "other_owner" && result.severity !== undefined)) {
    return skipped("the plain path is open already");
  }
  return undefined;
}

type Trial = { says: string; answer: Answer | undefined; judgement: Judgement };

async function carryOut(plan: readonly Attempt[], operation: Operation, scene: Scene): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const attempt of plan) {
    const values = await attempt.values();
    const answer = await scene.send(operation, values, attempt.authorization, attempt.difference);
    const judgement = await attempt.judge(answer, values);
    trials.push({ says: attempt.says, answer, judgement });
    if (judgement.severity === "error") break;
  }
  return trials;
}

function resultOf(check: CheckId, trials: readonly Trial[], isPublic: boolean): Result {
  const [first] = [...trials].sort((one, other) => weightOf(other.judgement) - weightOf(one.judgement));
  if (first === undefined) return idleResult(check, inapplicable("there is nothing to try"));
  const refusals = trials.flatMap(({ answer }) =>
    answer === undefined || isSuccess(answer) ? [] : [answer],
  );
  const challenged = refusals.filter(({ status }) => status === 401);
  const isOpen = isPublic && first.answer !== undefined && isSuccess(first.answer);
  return {
    check,
    verdict: isOpen && first.judgement.verdict === "passed" ? "accepted" : first.judgement.verdict,
    severity: first.judgement.severity,
    reason: first.judgement.reason,
    says: first.says,
    status: first.answer?.status,
    hasChallenge: challenged.length === 0 ? undefined : challenged.every(({ hasChallenge }) => hasChallenge),
    hasProblem: refusals.length === 0 ? undefined : refusals.every(({ hasProblem }) => hasProblem),
    attempts: trials.length,
  };
}
