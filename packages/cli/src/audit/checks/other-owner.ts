import {
  isSafe,
  type Operation,
  type OwnerParameter,
  ownersInPath,
  ownersOf,
} from "../../openapi/operation.ts";
import type { AuditedApi } from "../audited-api.ts";
import { foreignTo } from "../tokens/owner-ids.ts";
import type { User } from "../tokens/user.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed, inapplicable, type Judgement, passed, skipped } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { type CrossUserAccess, crossUserAttempts, harmReason, othersOf, type Sides } from "./cross-user.ts";

/**
 * A's token on the path of B and of C, or with their ids in the query or in a header if that is where the
 * owner is named. With several owner parameters, also with their id in only some of them.
 */
export function withOtherOwner(operation: Operation, api: AuditedApi): Plan {
  const inPath = ownersInPath(operation);
  if (inPath.length === 0) {
    if (ownersOf(operation).length === 0) return inapplicable("no parameter names the owner");
    if (!isSafe(operation.method)) return inapplicable("the path does not name the owner");
  }
  const attempts = othersOf(api).flatMap((other) => attemptsOn(other, operation, api));
  return attempts.length > 0
    ? attempts
    : skipped(
        `both users have the same ${listOf(inPath)}: sign in as users with different ones to try another's`,
      );
}

function attemptsOn(other: User, operation: Operation, api: AuditedApi): Attempt[] {
  const { a } = api.users;
  const sides = { actor: a, other };
  const isInPath = ownersInPath(operation).length > 0;
  const foreign = foreignTo(a, other, operation, api.users);
  const attemptWith = crossUserAttempts(operation, api, sides);
  return combinations(foreign).map((chosen) =>
    attemptWith({
      says: saysOf(chosen, operation, sides, isInPath),
      values: async () => {
        const theirs = await api.ownValues(operation, other);
        return { ...theirs, owners: mixedOwners(chosen, operation, api, sides) };
      },
      onSuccess: (access) => judge(access, isInPath, operation, sides),
      // A refusal proves something only if the other user's own request is accepted.
      onRefusal: (answer) => judgeRefusal(answer, () => api.ownAnswer(operation, other)),
    }),
  );
}

/** The actor's own values, except for the chosen parameters. */
export function mixedOwners(
  chosen: readonly OwnerParameter[],
  operation: Operation,
  api: AuditedApi,
  { actor, other }: Sides,
): ReadonlyMap<string, string> {
  const theirs = api.owners(operation, other);
  const own = api.owners(operation, actor);
  return new Map([...own, ...chosen.map(({ name }) => [name, theirs.get(name) ?? ""] as const)]);
}

/**
 * All of the parameters, then each by itself and, of three or more, every set without one. That finds each
 * parameter that is not compared, and each that is compared only together with another.
 */
function combinations(foreign: readonly OwnerParameter[]): (readonly OwnerParameter[])[] {
  if (foreign.length < 2) return foreign.length === 0 ? [] : [foreign];
  const single = foreign.map((parameter) => [parameter]);
  const without = foreign.length < 3 ? [] : foreign.map((one) => foreign.filter((other) => other !== one));
  return [foreign, ...without, ...single];
}

function saysOf(
  chosen: readonly OwnerParameter[],
  operation: Operation,
  { other }: Sides,
  isInPath: boolean,
): string {
  const { short } = other;
  if (!isInPath) return `A's token with ${short}'s id in a parameter`;
  return chosen.length === ownersOf(operation).length
    ? `A's token on ${short}'s path`
    : `A's token on A's own path, with ${short}'s ${listOf(chosen)}`;
}

/** The names of parameters, in words. They become part of a report. */
export function listOf(parameters: readonly OwnerParameter[]): string {
  const names = parameters.map(({ name }) => (/^[\w.-]{1,40}$/.test(name) ? name : "owner"));
  return names.length === 0 ? "ids" : [...new Set(names)].join(" and ");
}

function judge(
  { answer: { status }, isHarmful }: CrossUserAccess,
  isInPath: boolean,
  operation: Operation,
  sides: Sides,
): Judgement {
  if (isHarmful) return failed("error", harmReason(status, operation, sides));
  return isInPath
    ? failed("warning", `answered ${status}: the owner in the path is not compared with the token's`)
    : passed(`answered ${status}, without data of ${sides.other.short}'s`);
}
