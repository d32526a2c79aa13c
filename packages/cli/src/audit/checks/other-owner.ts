import type { Scene } from "../audited-api.ts";
import { isSafe, type Operation, ownersInPath } from "../document/operation.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import { type Intrusion, intrusions } from "./cross-user.ts";

/**
 * A's token on B's path; where the user is named elsewhere (in the query, in a header), with B's id there.
 */
export function onOtherPath(operation: Operation, scene: Scene): Plan {
  const isInPath = ownersInPath(operation).length > 0;
  if (!isInPath) {
    if (!operation.parameters.some(({ isOwner }) => isOwner))
      return inapplicable("no parameter names the user");
    if (!isSafe(operation.method)) return inapplicable("the path does not name the user");
  }
  return [
    intrusions(
      operation,
      scene,
    )({
      says: isInPath ? "A's token on B's path" : "A's token and B's id beside it",
      onSuccess: (intrusion) => judge(intrusion, isInPath, operation),
      // A refusal proves something only where the owner is not refused as well.
      onRefusal: (answer) => judgeRefusal(answer, () => scene.control(operation, scene.users.b)),
    }),
  ];
}

function judge(
  { answer: { status }, isHarmful }: Intrusion,
  isInPath: boolean,
  operation: Operation,
): Judgement {
  if (isHarmful) return failed("error", harmOf(status, operation));
  return isInPath
    ? failed("warning", `answered ${status}: the path's user is not compared with the token's`)
    : passed(`answered ${status}, with nothing of B's`);
}

/** What A has done, in words. */
export function harmOf(status: number, { method }: Operation): string {
  return isSafe(method)
    ? `answered ${status}, with data that only B's own answer has`
    : `answered ${status}: A has changed what is B's`;
}
