import { isSafe, type Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isOutage, isSuccess } from "../http/answer.ts";
import { isApart } from "../tokens/owner-ids.ts";
import type { User } from "../tokens/user.ts";
import { disclosureIn, type Evidence, namesOwner } from "../verdicts/evidence.ts";
import { failed, inapplicable, type Judgement, passed, skipped, unclear } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";
import { othersOf } from "./cross-user.ts";
import { searchesFor } from "./searches.ts";

/**
 * A's own request, as it is and as a search for the others' data. It is sent again, because the audit has
 * created objects as the others since.
 */
export async function withOwnRequest(operation: Operation, api: AuditedApi): Promise<Plan> {
  const { a } = api.users;
  if (!isSafe(operation.method)) return inapplicable("it changes data");
  const own = await api.ownAnswer(operation, a);
  if (own === undefined || !isSuccess(own)) return skipped("A's own request was not accepted");
  const strangers: [User, Evidence][] = [];
  for (const other of othersOf(api)) {
    if (!isApart(a, other, operation, api.users)) continue;
    const evidence = await api.evidence(other);
    if (await isConclusive(evidence, operation, other, api)) strangers.push([other, evidence]);
  }
  if (strangers.length === 0)
    return skipped(
      `nothing identifies B's data: as B, create an object with a text such as "my note 4711"${
        api.writes ? "; the document describes none to create and delete" : ", or add --writes"
      }`,
    );
  const ownRequest = {
    authorization: bearer(a),
    values: () => api.ownValues(operation, a),
  };
  const influenced = await api.influenced();
  return [
    {
      ...ownRequest,
      says: "A's token with A's own values",
      async judge(answer) {
        for (const [other, evidence] of strangers) {
          const judgement = judge(answer, operation, other, evidence);
          if (judgement.verdict !== "passed") return judgement;
        }
        return influenced.has(operation)
          ? failed("warning", "changes its answer to A's own request when an object is created as B")
          : passed(`answered ${answer?.status}, without data of ${shorts(strangers)}`);
      },
    },
    ...strangers.flatMap(([other, evidence]) =>
      searchesFor(evidence, operation).map(
        ({ name, text, recognised }): Attempt => ({
          ...ownRequest,
          says: `A's token with A's own values, and a text of ${other.short}'s in the query parameter \`${name}\``,
          difference: { query: { [name]: text } },
          judge: async (answer) => judge(answer, operation, other, recognised),
        }),
      ),
    ),
  ];
}

function judge(
  answer: Answer | undefined,
  operation: Operation,
  { short }: User,
  evidence: Evidence,
): Judgement {
  if (answer === undefined || isOutage(answer)) return unclear("no answer came to A's own request");
  const disclosure = disclosureIn(answer, operation, evidence);
  if (disclosure === "object")
    return failed(
      "error",
      `answered ${answer.status}, with an object of ${short}'s in the answer to A's own request`,
    );
  if (disclosure === "texts")
    return failed(
      "warning",
      `answered ${answer.status}, with texts in the answer to A's own request that elsewhere only ${short}'s own answers contain`,
    );
  return passed(`answered ${answer.status}, without data of ${short}'s`);
}

function shorts(strangers: readonly [User, Evidence][]): string {
  return strangers.map(([{ short }]) => `${short}'s`).join(" and ");
}

/** Whether the other user has data that would be recognised. */
async function isConclusive(
  evidence: Evidence,
  operation: Operation,
  other: User,
  api: AuditedApi,
): Promise<boolean> {
  if (evidence.word !== undefined || evidence.texts.length > 0) return true;
  const theirs = await api.ownAnswer(operation, other);
  return theirs !== undefined && namesOwner(theirs.json, evidence);
}
