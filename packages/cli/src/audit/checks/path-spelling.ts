import type { AuditedApi } from "../audited-api.ts";
import { isSafe, type Operation, ownersInPath } from "../document/operation.ts";
import { isOtherRoute } from "../requests/other-route.ts";
import { buildRequest } from "../requests/request.ts";
import { type Spelling, spellingsFor } from "../requests/spellings.ts";
import { hasSameShape } from "../verdicts/disclosure.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, unclear } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason } from "./cross-user.ts";

/** A's token on other spellings of B's path. */
export async function withPathSpellings(operation: Operation, api: AuditedApi): Promise<Plan> {
  const { operations, base } = api;
  const { a, b } = api.users;
  if (ownersInPath(operation).length === 0) return inapplicable("the path does not name the user");

  const attemptWith = crossUserAttempts(operation, api);
  const values = await api.ownValues(operation, b);
  const paths = new Set([buildRequest(operation, base, values).path]);
  return spellingsFor(encodeURIComponent(a.id)).flatMap((spelling) => {
    const { path } = buildRequest(operation, base, values, { spell: spelling.spell });
    // Some spellings are the same: an id without letters has no other case.
    if (paths.has(path) || isOtherRoute(path, operation, operations, base)) return [];
    paths.add(path);
    return [
      attemptWith({
        says: `A's token on B's path, ${spelling.says}`,
        difference: { spell: spelling.spell },
        onSuccess: (access) => judge(access, spelling, operation),
        // Any refusal is enough: another spelling does not have to exist.
        onRefusal: async (answer) => judgeAnyRefusal(answer),
      }),
    ];
  });
}

function judge(
  { answer, theirs, exclusive, isHarmful }: CrossUserAccess,
  spelling: Spelling,
  operation: Operation,
): Judgement {
  const { status } = answer;
  if (isHarmful) return failed("error", harmReason(status, operation));
  if (!isSafe(operation.method)) return passed(`answered ${status}, and B's data did not change`);
  if (theirs === undefined)
    return unclear(`answered ${status}, but B's own request was not answered, so it cannot be compared`);
  if (!hasSameShape(answer, theirs)) return passed(`answered ${status} with something else`);
  if (spelling.isEquivalent) return failed("error", `answered ${status}, as it answers B's own request`);
  return exclusive.size > 0
    ? passed(`answered ${status}, without data of B's`)
    : unclear(`answered ${status}, but B's own answer contains nothing that identifies B's data`);
}
