import type { AuditedApi } from "../audited-api.ts";
import { isSafe, type Operation, objectsInPath } from "../document/operation.ts";
import { idsOf } from "../objects/objects.ts";
import { hasSameShape } from "../verdicts/disclosure.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, skipped, unclear } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason } from "./cross-user.ts";

/** A's token on A's own path, with the ids of B's objects. */
export async function withOtherObjects(operation: Operation, api: AuditedApi): Promise<Plan> {
  const { a, b } = api.users;
  const parameters = objectsInPath(operation);
  const last = parameters.at(-1)?.name;
  if (last === undefined) return inapplicable("the path names no object");
  const { source, isExclusive } = (await api.objects(operation, b)).get(last) ?? {};
  if (!isExclusive) {
    return skipped(
      source === "listed"
        ? "both users see the same objects"
        : "no object of B's was found: create one as B, or add --writes",
    );
  }

  const attemptWith = crossUserAttempts(operation, api);
  const theirs = async () => idsOf(await api.objects(operation, b));
  const attempt = (says: string, objects: () => Promise<ReadonlyMap<string, string>>): Attempt =>
    attemptWith({
      says,
      values: async () => ({ owner: a.id, objects: await objects() }),
      onSuccess: (access) => judge(access, operation),
      onRefusal: (answer) => judgeRefusal(answer, () => api.ownAnswer(operation, b)),
    });
  if (parameters.length === 1) return [attempt("A's token with the id of B's object", theirs)];
  return [
    attempt("A's token with the ids of B's objects", theirs),
    attempt("A's token with A's own outer objects and the id of B's inner object", async () => {
      const own = idsOf(await api.objects(operation, a));
      return new Map(own).set(last, (await theirs()).get(last) ?? "");
    }),
  ];
}

function judge({ answer, theirs, isHarmful }: CrossUserAccess, operation: Operation): Judgement {
  const { status } = answer;
  if (isHarmful || (theirs !== undefined && theirs.text !== "" && theirs.text === answer.text)) {
    return failed("error", harmReason(status, operation));
  }
  if (!isSafe(operation.method)) return passed(`answered ${status}, and B's data did not change`);
  return theirs !== undefined && !hasSameShape(answer, theirs)
    ? passed(`answered ${status} with something else`)
    : unclear(`answered ${status}, and the answer contains nothing that identifies B's data`);
}
