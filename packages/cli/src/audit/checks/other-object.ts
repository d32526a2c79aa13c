import { isSafe, type Operation, objectsInPath } from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import { idsOf } from "../objects/objects.ts";
import { isApart } from "../tokens/owner-ids.ts";
import type { User } from "../tokens/user.ts";
import { hasSameShape } from "../verdicts/disclosure.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, skipped, unclear } from "../verdicts/verdict.ts";
import { type Attempt, isNotTried, type Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason, othersOf, type Sides } from "./cross-user.ts";

/** A's token on A's own path, with the ids of objects of B's and C's. */
export async function withOtherObjects(operation: Operation, api: AuditedApi): Promise<Plan> {
  if (objectsInPath(operation).length === 0) return inapplicable("the path names no object");
  const others = othersOf(api).filter((other) => isApart(api.users.a, other, operation, api.users));
  const plans: Plan[] = [];
  for (const other of others) plans.push(await withObjectsOf(other, operation, api));
  const tried = plans.flatMap((plan) => (isNotTried(plan) ? [] : plan));
  return tried.length > 0 ? tried : (plans[0] ?? skipped("both users share these objects"));
}

async function withObjectsOf(other: User, operation: Operation, api: AuditedApi): Promise<Plan> {
  const { a } = api.users;
  const { short } = other;
  const sides = { actor: a, other };
  const parameters = objectsInPath(operation);
  const last = parameters.at(-1)?.name ?? "";
  const { source, isExclusive } = (await api.objects(operation, other)).get(last) ?? {};
  if (!isExclusive) {
    return skipped(
      source === "listed"
        ? "both users see the same objects"
        : `no object of ${short}'s was found: create one as ${short}${api.writes ? "" : ", or add --writes"}`,
    );
  }

  const attemptWith = crossUserAttempts(operation, api, sides);
  const theirs = async () => idsOf(await api.objects(operation, other));
  const attempt = (says: string, objects: () => Promise<ReadonlyMap<string, string>>): Attempt =>
    attemptWith({
      says,
      values: async () => ({ owners: api.owners(operation, a), objects: await objects() }),
      onSuccess: (access) => judge(access, operation, sides),
      onRefusal: (answer) => judgeRefusal(answer, () => api.ownAnswer(operation, other)),
    });
  if (parameters.length === 1) return [attempt(`A's token with the id of ${short}'s object`, theirs)];
  return [
    attempt(`A's token with the ids of ${short}'s objects`, theirs),
    attempt(`A's token with A's own outer objects and the id of ${short}'s inner object`, async () => {
      const own = idsOf(await api.objects(operation, a));
      return new Map(own).set(last, (await theirs()).get(last) ?? "");
    }),
  ];
}

function judge(
  { answer, theirs, isHarmful }: CrossUserAccess,
  operation: Operation,
  sides: Sides,
): Judgement {
  const { status } = answer;
  const { short } = sides.other;
  if (isHarmful || (theirs !== undefined && theirs.text !== "" && theirs.text === answer.text)) {
    return failed("error", harmReason(status, operation, sides));
  }
  if (!isSafe(operation.method)) return passed(`answered ${status}, and ${short}'s data did not change`);
  return theirs !== undefined && !hasSameShape(answer, theirs)
    ? passed(`answered ${status} with something else`)
    : unclear(`answered ${status}, and the answer contains nothing that identifies ${short}'s data`);
}
