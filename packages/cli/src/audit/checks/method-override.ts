import { isSafe, type Method, type Operation, ownersInPath } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { isApart } from "../tokens/owner-ids.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { failed, type Judgement, passed } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** Headers with which frameworks override the method of a request. */
const headerNames = ["x-http-method-override", "x-http-method", "x-method-override"];

/**
 * The operation with an overridden method. An operation that reads claims to be OPTIONS, because guards allow
 * a preflight. One that changes data is sent as POST or GET, with its own method in the header.
 */
export function withMethodOverride(operation: Operation, api: AuditedApi): Plan {
  const { a, b } = api.users;
  const sent = carrierOf(operation.method);
  const asked = isSafe(operation.method) ? "OPTIONS" : operation.method;
  const attempt = (says: string, authorization: string | undefined, owner: typeof a): Attempt => ({
    says: `${says}, sent as ${sent} with a header that overrides it with ${asked}`,
    authorization,
    difference: { method: sent, headers: Object.fromEntries(headerNames.map((name) => [name, asked])) },
    values: () => api.ownValues(operation, owner),
    judge: (answer, values) =>
      judge(answer, operation, () => api.send(operation, values, authorization, { method: sent })),
  });
  return [
    attempt("no Authorization header", undefined, a),
    ...(ownersInPath(operation).length > 0 && isApart(a, b, operation, api.users)
      ? [attempt("A's token on B's path", bearer(a), b)]
      : []),
  ];
}

function carrierOf(method: Method): Method {
  if (isSafe(method)) return method;
  return method === "POST" ? "GET" : "POST";
}

/** If the request is granted without the header as well, another check reports it. */
async function judge(
  answer: Answer | undefined,
  operation: Operation,
  withoutHeader: () => Promise<Answer | undefined>,
): Promise<Judgement> {
  if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
  if (isSafe(operation.method) && answer.text === "")
    return passed(`answered ${answer.status} with an empty body`);
  const plain = await withoutHeader();
  return plain !== undefined && isSuccess(plain)
    ? passed(`answered ${answer.status}, as without the header`)
    : failed("error", `answered ${answer.status}, but rejects the same request without the header`);
}
