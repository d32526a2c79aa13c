import type { AuditedApi } from "../audited-api.ts";
import { isSafe, type Operation, ownersInPath } from "../document/operation.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason } from "./cross-user.ts";

/** A's token on B's path, or with B's id in the query or in a header if that is where the user is named. */
export function withOtherOwner(operation: Operation, api: AuditedApi): Plan {
  const isInPath = ownersInPath(operation).length > 0;
  if (!isInPath) {
    if (!operation.parameters.some(({ isOwner }) => isOwner))
      return inapplicable("no parameter names the user");
    if (!isSafe(operation.method)) return inapplicable("the path does not name the user");
  }
  return [
    crossUserAttempts(
      operation,
      api,
    )({
      says: isInPath ? "A's token on B's path" : "A's token with B's id in a parameter",
      onSuccess: (access) => judge(access, isInPath, operation),
      // A refusal proves something only if B's own request is accepted.
      onRefusal: (answer) => judgeRefusal(answer, () => api.ownAnswer(operation, api.users.b)),
    }),
  ];
}

function judge(
  { answer: { status }, isHarmful }: CrossUserAccess,
  isInPath: boolean,
  operation: Operation,
): Judgement {
  if (isHarmful) return failed("error", harmReason(status, operation));
  return isInPath
    ? failed("warning", `answered ${status}: the user in the path is not compared with the token's`)
    : passed(`answered ${status}, without data of B's`);
}
