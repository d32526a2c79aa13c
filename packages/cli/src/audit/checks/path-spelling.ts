import { isSafe, type Operation, type OwnerParameter, ownersInPath } from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import { isOtherRoute } from "../requests/other-route.ts";
import { buildRequest } from "../requests/request.ts";
import { type Spelling, spellingsFor } from "../requests/spellings.ts";
import { foreignTo } from "../tokens/owner-ids.ts";
import { hasSameShape } from "../verdicts/disclosure.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, skipped, unclear } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason, othersOf, type Sides } from "./cross-user.ts";
import { listOf, mixedOwners } from "./other-owner.ts";

/**
 * A's token on other spellings of another user's path: for each owner parameter, with A's own values in the
 * others. Otherwise the parameter that is compared correctly would hide the one that is not.
 */
export async function withPathSpellings(operation: Operation, api: AuditedApi): Promise<Plan> {
  const inPath = ownersInPath(operation);
  if (inPath.length === 0) return inapplicable("the path does not name the owner");
  const attempts: Attempt[] = [];
  for (const parameter of inPath) {
    const isForeign = (other: Sides["other"]) =>
      foreignTo(api.users.a, other, operation, api.users).some(({ name }) => name === parameter.name);
    // C is in A's organization, so C's path is A's own except for the parameter.
    const other = [...othersOf(api)].reverse().find(isForeign);
    if (other === undefined) continue;
    attempts.push(...(await spellingsOf(parameter, operation, api, { actor: api.users.a, other })));
  }
  return attempts.length > 0 ? attempts : skipped(`both users have the same ${listOf(inPath)}`);
}

async function spellingsOf(
  parameter: OwnerParameter,
  operation: Operation,
  api: AuditedApi,
  sides: Sides,
): Promise<Attempt[]> {
  const { operations, base } = api;
  const { actor, other } = sides;
  const attemptWith = crossUserAttempts(operation, api, sides);
  const owners = mixedOwners([parameter], operation, api, sides);
  const valuesNow = async () => ({ ...(await api.ownValues(operation, other)), owners });
  const values = await valuesNow();
  const isOnly = ownersInPath(operation).length === 1;
  const paths = new Set([buildRequest(operation, base, values).path]);
  const ownText = encodeURIComponent(api.owners(operation, actor).get(parameter.name) ?? "");
  return spellingsFor(ownText, other.short).flatMap(({ says, isEquivalent, spell }) => {
    const difference = { spell, spelled: parameter.name };
    const { path } = buildRequest(operation, base, values, difference);
    // Some spellings are the same: an id without letters has no other case.
    if (paths.has(path) || isOtherRoute(path, operation, operations, base)) return [];
    paths.add(path);
    const place = isOnly
      ? `${other.short}'s path`
      : `A's own path with ${other.short}'s ${listOf([parameter])}`;
    return [
      attemptWith({
        says: `A's token on ${place}, ${says}`,
        difference,
        values: valuesNow,
        onSuccess: (access) => judge(access, isEquivalent, operation, sides),
        // Any refusal is enough: another spelling does not have to exist.
        onRefusal: async (answer) => judgeAnyRefusal(answer),
      }),
    ];
  });
}

function judge(
  { answer, theirs, exclusive, isHarmful }: CrossUserAccess,
  isEquivalent: Spelling["isEquivalent"],
  operation: Operation,
  sides: Sides,
): Judgement {
  const { status } = answer;
  const { short } = sides.other;
  if (isHarmful) return failed("error", harmReason(status, operation, sides));
  if (!isSafe(operation.method)) return passed(`answered ${status}, and ${short}'s data did not change`);
  if (theirs === undefined)
    return unclear(
      `answered ${status}, but ${short}'s own request was not answered, so it cannot be compared`,
    );
  if (!hasSameShape(answer, theirs)) return passed(`answered ${status} with something else`);
  if (isEquivalent) return failed("error", `answered ${status}, as it answers ${short}'s own request`);
  return exclusive.size > 0
    ? passed(`answered ${status}, without data of ${short}'s`)
    : unclear(
        `answered ${status}, but ${short}'s own answer contains nothing that identifies ${short}'s data`,
      );
}
