import type { Scene } from "../audited-api.ts";
import type { Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { type Judgement, passed } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** An operation that is meant to be open: nothing can be forgotten there, but it must bear a bad token. */
export function openly(operation: Operation, scene: Scene): Plan {
  return [attempt(operation, scene, "no Authorization header", undefined)];
}

/** See {@link openly}. */
export function openlyWithGarbage(operation: Operation, scene: Scene): Plan {
  return [attempt(operation, scene, "a bearer token that is one word", "Bearer garbage")];
}

function attempt(
  operation: Operation,
  scene: Scene,
  says: string,
  authorization: string | undefined,
): Attempt {
  const values = () => scene.ownValues(operation, scene.users.a);
  return { says, authorization, values, judge: async (answer) => judge(answer) };
}

function judge(answer: Answer | undefined): Judgement {
  return answer !== undefined && isSuccess(answer)
    ? passed(`public, answered ${answer.status}`)
    : judgeAnyRefusal(answer);
}
