import { type Operation, ownersInPath } from "../../openapi/operation.ts";
import { exceptionsInWords } from "../../openapi/stated-rules.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { foreignTo } from "../tokens/owner-ids.ts";
import type { User } from "../tokens/user.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import {
  accepted,
  failed,
  inapplicable,
  type Judgement,
  passed,
  skipped,
  unclear,
} from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { crossUserAttempts, harmReason } from "./cross-user.ts";
import { listOf, mixedOwners } from "./other-owner.ts";

/**
 * The exception tokens on A's path. Where the operation states an exception, one of them must be accepted,
 * and only for the parameters that the exception is for; everywhere else, none.
 */
export function withExceptionTokens(operation: Operation, api: AuditedApi): Plan {
  const { a, exceptional } = api.users;
  const { exceptions } = operation.stated;
  if (ownersInPath(operation).length === 0) return inapplicable("the path does not name the owner");
  if (exceptional.length === 0)
    return exceptions.length === 0
      ? inapplicable("no exception token was given")
      : skipped(`${exceptionsInWords(exceptions)}: add --exception-token to try it`);
  const strangers = exceptional.filter((user) => isStranger(user, operation, api));
  if (strangers.length === 0) return inapplicable(`A's path belongs to the exception token too`);
  const stated = strangers.filter((user) => statedFor(user, operation).length > 0);
  let wasAccepted = false;
  const uses = stated.map((user, index) =>
    use(user, operation, api, (answer) => {
      wasAccepted ||= answer !== undefined && isSuccess(answer);
      return wasAccepted || index < stated.length - 1;
    }),
  );
  const refused = strangers
    .filter((user) => !stated.includes(user))
    .map((user) => misuse(user, a, operation, api));
  return [...uses, ...stated.flatMap((user) => beyond(user, operation, api)), ...refused];
}

/** Whether A's path is not the user's own. A client is no user, whatever its `sub` is. */
function isStranger(user: User, operation: Operation, api: AuditedApi): boolean {
  const { a } = api.users;
  if (foreignTo(user, a, operation, api.users).length > 0) return true;
  return user.isClient && ownersInPath(operation).some(({ owner }) => owner === "sub");
}

/** The exceptions that are for users, or for clients that act for themselves. */
function statedFor({ isClient }: User, { stated }: Operation): readonly string[] {
  return stated.exceptions.filter((text) => text.startsWith("clients ") === isClient);
}

/** @param isEnough Whether a refusal is no loss: another exception token is accepted, or still to be tried. */
function use(
  user: User,
  operation: Operation,
  api: AuditedApi,
  isEnough: (answer: Answer | undefined) => boolean,
): Attempt {
  const words = exceptionsInWords(statedFor(user, operation));
  return {
    says: "the exception token on A's path",
    authorization: bearer(user),
    difference: { word: "edited" },
    values: () => api.ownValues(operation, api.users.a),
    async judge(answer) {
      if (isEnough(answer) && answer !== undefined && !isSuccess(answer))
        return passed(`answered ${answer.status}: this exception token is not meant here`);
      return answer !== undefined && isSuccess(answer)
        ? accepted(`answered ${answer.status}: ${words}`)
        : unclear(
            `answered ${answer?.status ?? "nothing"}: the exception token does not show who is accepted here, ${words}`,
          );
    },
  };
}

/** Another owner than A, in the parameters that the exception is not for: another organization than one's own. */
function beyond(user: User, operation: Operation, api: AuditedApi): Attempt[] {
  const { b } = api.users;
  const { exceptionParams } = operation.stated;
  if (exceptionParams === undefined || user.isClient) return [];
  const kept = foreignTo(user, b, operation, api.users).filter(
    ({ name, in: place }) => place === "path" && !exceptionParams.includes(name),
  );
  return kept.map((parameter) =>
    misuse(user, b, operation, api, {
      says: `the exception token on A's path, with B's ${listOf([parameter])}`,
      owners: mixedOwners([parameter], operation, api, { actor: api.users.a, other: b }),
    }),
  );
}

/** A request that no stated exception covers. */
function misuse(
  user: User,
  other: User,
  operation: Operation,
  api: AuditedApi,
  given?: { readonly says: string; readonly owners: ReadonlyMap<string, string> },
): Attempt {
  const sides = { actor: user, other };
  return crossUserAttempts(
    operation,
    api,
    sides,
  )({
    says: given?.says ?? `the exception token on ${other.short}'s path`,
    values: async () => {
      const theirs = await api.ownValues(operation, other);
      return given === undefined ? theirs : { ...theirs, owners: given.owners };
    },
    onSuccess: ({ answer: { status }, isHarmful }): Judgement =>
      isHarmful
        ? failed(
            "error",
            `${harmReason(status, operation, sides)}, and the operation states no such exception`,
          )
        : failed("warning", `answered ${status}, and the operation states no such exception`),
    onRefusal: (answer) => judgeRefusal(answer, () => api.ownAnswer(operation, other)),
  });
}
