import type { Scene } from "../audited-api.ts";
import { isSafe, type Operation, ownersInPath } from "../document/operation.ts";
import { isOtherRoute } from "../requests/other-route.ts";
import { compose } from "../requests/request.ts";
import { type Spelling, spellingsFor } from "../requests/spellings.ts";
import { resembles } from "../verdicts/disclosure.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, unclear } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import { type Intrusion, intrusions } from "./cross-user.ts";
import { harmOf } from "./other-owner.ts";

/** A's token on B's path, in every spelling but the plain one. */
export async function inOtherSpellings(operation: Operation, scene: Scene): Promise<Plan> {
  const { operations, base } = scene;
  const { a, b } = scene.users;
  if (ownersInPath(operation).length === 0) return inapplicable("the path does not name the user");

  const attemptWith = intrusions(operation, scene);
  const values = await scene.ownValues(operation, b);
  const paths = new Set([compose(operation, base, values).path]);
  return spellingsFor(encodeURIComponent(a.id)).flatMap((spelling) => {
    const { path } = compose(operation, base, values, { spell: spelling.spell });
    // An id without letters has no other case.
    if (paths.has(path) || isOtherRoute(path, operation, operations, base)) return [];
    paths.add(path);
    return [
      attemptWith({
        says: `A's token on B's path, ${spelling.says}`,
        difference: { spell: spelling.spell },
        onSuccess: (intrusion) => judge(intrusion, spelling, operation),
        // The plain path is checked elsewhere; at another spelling of it there need not be anything.
        onRefusal: async (answer) => judgeAnyRefusal(answer),
      }),
    ];
  });
}

function judge(
  { answer, theirs, traces, isHarmful }: Intrusion,
  spelling: Spelling,
  operation: Operation,
): Judgement {
  const { status } = answer;
  if (isHarmful) return failed("error", harmOf(status, operation));
  if (!isSafe(operation.method)) return passed(`answered ${status}, and changed nothing of B's`);
  if (theirs === undefined)
    return unclear(`answered ${status}; B's own request was not answered for comparison`);
  if (!resembles(answer, theirs)) return passed(`answered ${status} with something else`);
  if (spelling.isEquivalent) return failed("error", `answered ${status}, as to B itself`);
  return traces.size > 0
    ? passed(`answered ${status}, with nothing of B's`)
    : unclear(`answered ${status}; B has nothing there that it could be told by`);
}
