import type { Scene } from "../audited-api.ts";
import { isSafe, type Operation, objectsInPath } from "../document/operation.ts";
import { idsOf } from "../objects/objects.ts";
import { resembles } from "../verdicts/disclosure.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, skipped, unclear } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { type Intrusion, intrusions } from "./cross-user.ts";
import { harmOf } from "./other-owner.ts";

/** A's token on A's own path, with the ids of B's objects. */
export async function withOtherObjects(operation: Operation, scene: Scene): Promise<Plan> {
  const { a, b } = scene.users;
  const parameters = objectsInPath(operation);
  const last = parameters.at(-1)?.name;
  if (last === undefined) return inapplicable("the path names no object");
  const { source, isExclusive } = (await scene.objects(operation, b)).get(last) ?? {};
  if (!isExclusive) {
    return skipped(
      source === "listed"
        ? "both users see the same objects there"
        : "no object of B's was found there: add one as B, or let --writes do so",
    );
  }

  const attemptWith = intrusions(operation, scene);
  const theirs = async () => idsOf(await scene.objects(operation, b));
  const attempt = (says: string, objects: () => Promise<ReadonlyMap<string, string>>): Attempt =>
    attemptWith({
      says,
      values: async () => ({ owner: a.id, objects: await objects() }),
      onSuccess: (intrusion) => judge(intrusion, operation),
      onRefusal: (answer) => judgeRefusal(answer, () => scene.control(operation, b)),
    });
  if (parameters.length === 1) return [attempt("A's token and the id of an object of B's", theirs)];
  return [
    attempt("A's token and the ids of objects of B's", theirs),
    attempt("A's token, objects of A's own and within them the id of one of B's", async () => {
      const own = idsOf(await scene.objects(operation, a));
      return new Map(own).set(last, (await theirs()).get(last) ?? "");
    }),
  ];
}

function judge({ answer, theirs, isHarmful }: Intrusion, operation: Operation): Judgement {
  const { status } = answer;
  if (isHarmful || (theirs !== undefined && theirs.text !== "" && theirs.text === answer.text)) {
    return failed("error", harmOf(status, operation));
  }
  if (!isSafe(operation.method)) return passed(`answered ${status}, and changed nothing of B's`);
  return theirs !== undefined && !resembles(answer, theirs)
    ? passed(`answered ${status} with something else`)
    : unclear(`answered ${status}, with nothing that could be recognised as B's`);
}
