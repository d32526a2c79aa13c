import { type AuditedApi, bearer } from "../audited-api.ts";
import { isSafe, type Operation } from "../document/operation.ts";
import { isOutage, isSuccess } from "../http/answer.ts";
import { disclosureIn, type Evidence, namesOwner } from "../verdicts/evidence.ts";
import { failed, inapplicable, passed, skipped, unclear } from "../verdicts/verdict.ts";
import type { Plan } from "./attempt.ts";

const reasons = {
  object: "with an object of B's in the answer to A's own request",
  texts: "with texts in the answer to A's own request that elsewhere only B's own answers contain",
} as const;

/** A's own request. It is sent again, because the audit has created objects as B since. */
export async function withOwnRequest(operation: Operation, api: AuditedApi): Promise<Plan> {
  const { a } = api.users;
  if (!isSafe(operation.method)) return inapplicable("it changes data");
  const own = await api.ownAnswer(operation, a);
  if (own === undefined || !isSuccess(own)) return skipped("A's own request was not accepted");
  const evidence = await api.evidence();
  if (!(await isConclusive(evidence, operation, api)))
    return skipped("nothing identifies B's data: create some as B, or add --writes");
  return [
    {
      says: "A's token with A's own values",
      authorization: bearer(a),
      values: () => api.ownValues(operation, a),
      async judge(answer) {
        if (answer === undefined || isOutage(answer)) return unclear("no answer came to A's own request");
        const disclosure = disclosureIn(answer, operation, evidence);
        const { status } = answer;
        return disclosure === undefined
          ? passed(`answered ${status}, without data of B's`)
          : failed(
              disclosure === "object" ? "error" : "warning",
              `answered ${status}, ${reasons[disclosure]}`,
            );
      },
    },
  ];
}

/** Whether B has data that would be recognised. */
async function isConclusive(evidence: Evidence, operation: Operation, api: AuditedApi): Promise<boolean> {
  if (evidence.word !== undefined || evidence.texts.length > 0) return true;
  const theirs = await api.ownAnswer(operation, api.users.b);
  return theirs !== undefined && namesOwner(theirs.json, evidence.userId);
}
