import { isSafe, type Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Difference, Values } from "../requests/request.ts";
import type { User } from "../tokens/user.ts";
import { containsAny, exclusiveValues } from "../verdicts/disclosure.ts";
import { quotesEvidence } from "../verdicts/evidence.ts";
import { failed, type Judgement } from "../verdicts/verdict.ts";
import type { Attempt } from "./attempt.ts";
import { type ChangeDetector, detectChanges } from "./changes.ts";

/** Who sends a request, and whose data it is for. */
export interface Sides {
  readonly actor: User;
  readonly other: User;
}

/** A request for another user's data that the API answered with success. */
export interface CrossUserAccess {
  readonly answer: Answer;
  /** The answer to the other user's own request; undefined if it was not sent or not answered. */
  readonly theirs: Answer | undefined;
  /** The values that only the other user's own answer contains. */
  readonly exclusive: ReadonlySet<string>;
  /** Whether the actor received or changed the other user's data. */
  readonly isHarmful: boolean;
}

/** A request for another user's data. */
export interface CrossUserOptions {
  readonly says: string;
  readonly difference?: Difference;
  /** The values of the request. Default: those of the other user's own request. */
  readonly values?: () => Promise<Values>;
  readonly onSuccess: (access: CrossUserAccess) => Judgement;
  readonly onRefusal: (answer: Answer | undefined) => Promise<Judgement>;
}

/** Builds requests for the other user's data with the actor's token. */
export function crossUserAttempts(
  operation: Operation,
  api: AuditedApi,
  sides: Sides,
): (options: CrossUserOptions) => Attempt {
  const { actor, other } = sides;
  const ownValues = () => api.ownValues(operation, other);
  const changes = detectChanges(operation, other, ownValues, api);
  return ({ says, difference = {}, values = ownValues, onSuccess, onRefusal }) => ({
    says,
    authorization: bearer(actor),
    // Other texts than in the other user's own request, so that a change is visible.
    difference: { word: "edited", ...difference },
    async values() {
      await changes.before();
      return values();
    },
    async judge(answer, sent) {
      if (answer === undefined) return onRefusal(answer);
      if (!isSuccess(answer)) {
        return (await quotes(answer, other, sent, api))
          ? failed(
              "error",
              `answered ${answer.status}, with data that only ${other.short}'s own answers contain`,
            )
          : onRefusal(answer);
      }
      return onSuccess(await accessWith(answer, operation, api, sides, changes));
    },
  });
}

async function quotes(answer: Answer, other: User, sent: Values, api: AuditedApi): Promise<boolean> {
  if (other === api.users.a) return false;
  const evidence = await api.evidence(other);
  return quotesEvidence(answer, evidence, [...sent.owners.values(), ...sent.objects.values()]);
}

/** Compares the answer with the other user's own answer, or their data with what it was before. */
async function accessWith(
  answer: Answer,
  operation: Operation,
  api: AuditedApi,
  { actor, other }: Sides,
  changes: ChangeDetector,
): Promise<CrossUserAccess> {
  if (!isSafe(operation.method)) {
    return { answer, theirs: undefined, exclusive: new Set(), isHarmful: await changes.hasChanged() };
  }
  const theirs = await api.ownAnswer(operation, other);
  // Also A's, where someone else is the actor: what A has is not only the other user's.
  const own = [await api.ownAnswer(operation, actor)];
  if (actor !== api.users.a && other !== api.users.a) own.push(await api.ownAnswer(operation, api.users.a));
  if (theirs === undefined || !isSuccess(theirs))
    return { answer, theirs, exclusive: new Set(), isHarmful: false };
  const ids = [other.id, ...api.owners(operation, other).values()];
  const exclusive = exclusiveValues(theirs, own, ids);
  return { answer, theirs, exclusive, isHarmful: containsAny(answer, exclusive) };
}

/** The reason of a failure: what the actor has done. */
export function harmReason(status: number, { method }: Operation, { actor, other }: Sides): string {
  return isSafe(method)
    ? `answered ${status}, with data that only ${other.short}'s own answer contains`
    : `answered ${status}: ${actor.short} changed ${other.short}'s data`;
}

/** Those who are strangers to A, in the order of the report. */
export function othersOf({ users: { b, c } }: AuditedApi): readonly User[] {
  return c === undefined ? [b] : [b, c];
}
