import { type AuditedApi, bearer } from "../audited-api.ts";
import { isSafe, type Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Difference, Values } from "../requests/request.ts";
import { containsAny, exclusiveValues } from "../verdicts/disclosure.ts";
import { quotesEvidence } from "../verdicts/evidence.ts";
import { failed, type Judgement } from "../verdicts/verdict.ts";
import type { Attempt } from "./attempt.ts";
import { type ChangeDetector, detectChanges } from "./changes.ts";

/** A request of A's for B's data that the API answered with success. */
export interface CrossUserAccess {
  readonly answer: Answer;
  /** The answer to B's own request; undefined if it was not sent or not answered. */
  readonly theirs: Answer | undefined;
  /** The values that only B's own answer contains. */
  readonly exclusive: ReadonlySet<string>;
  /** Whether A received or changed B's data. */
  readonly isHarmful: boolean;
}

/** A request of A's for B's data. */
export interface CrossUserOptions {
  readonly says: string;
  readonly difference?: Difference;
  /** The values of the request. Default: those of B's own request. */
  readonly values?: () => Promise<Values>;
  readonly onSuccess: (access: CrossUserAccess) => Judgement;
  readonly onRefusal: (answer: Answer | undefined) => Promise<Judgement>;
}

/** Builds requests for B's data with A's token. */
export function crossUserAttempts(
  operation: Operation,
  api: AuditedApi,
): (options: CrossUserOptions) => Attempt {
  const { a, b } = api.users;
  const ownValues = () => api.ownValues(operation, b);
  const changes = detectChanges(operation, ownValues, api);
  return ({ says, difference = {}, values = ownValues, onSuccess, onRefusal }) => ({
    says,
    authorization: bearer(a),
    // Other texts than in B's own request, so that a change made by A is visible.
    difference: { word: "edited", ...difference },
    async values() {
      await changes.before();
      return values();
    },
    async judge(answer, sent) {
      if (answer === undefined) return onRefusal(answer);
      if (!isSuccess(answer)) {
        const evidence = await api.evidence();
        const wasSent = [sent.owner, ...sent.objects.values()];
        return quotesEvidence(answer, evidence, wasSent)
          ? failed("error", `answered ${answer.status}, with data that only B's own answers contain`)
          : onRefusal(answer);
      }
      return onSuccess(await accessWith(answer, operation, api, changes));
    },
  });
}

/** Compares the answer with B's own answer, or B's data with what it was before. */
async function accessWith(
  answer: Answer,
  operation: Operation,
  api: AuditedApi,
  changes: ChangeDetector,
): Promise<CrossUserAccess> {
  if (!isSafe(operation.method)) {
    return { answer, theirs: undefined, exclusive: new Set(), isHarmful: await changes.hasChanged() };
  }
  const { a, b } = api.users;
  const theirs = await api.ownAnswer(operation, b);
  const own = await api.ownAnswer(operation, a);
  if (theirs === undefined || !isSuccess(theirs))
    return { answer, theirs, exclusive: new Set(), isHarmful: false };
  const exclusive = exclusiveValues(theirs, own, b.id);
  return { answer, theirs, exclusive, isHarmful: containsAny(answer, exclusive) };
}

/** The reason of a failure: what A has done. */
export function harmReason(status: number, { method }: Operation): string {
  return isSafe(method)
    ? `answered ${status}, with data that only B's own answer contains`
    : `answered ${status}: A changed B's data`;
}
