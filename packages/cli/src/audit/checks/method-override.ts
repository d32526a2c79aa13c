import { bearer, type Scene } from "../audited-api.ts";
import { isSafe, type Method, type Operation, ownersInPath } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { failed, type Judgement, passed } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** The names under which frameworks take another method than that of the request. */
const headerNames = ["x-http-method-override", "x-http-method", "x-method-override"];

/**
 * The operation by way of another method: one that reads while it says that it only asks for options, as a
 * preflight does, which guards let pass; one that changes while it is sent as a mere POST or GET.
 */
export function withMethodOverride(operation: Operation, scene: Scene): Plan {
  const { a, b } = scene.users;
  const sent = carrierOf(operation.method);
  const asked = isSafe(operation.method) ? "OPTIONS" : operation.method;
  const attempt = (says: string, authorization: string | undefined, owner: typeof a): Attempt => ({
    says: `${says}, sent as ${sent} with a header that asks for ${asked}`,
    authorization,
    difference: { method: sent, headers: Object.fromEntries(headerNames.map((name) => [name, asked])) },
    values: () => scene.ownValues(operation, owner),
    judge: (answer, values) =>
      judge(answer, operation, () => scene.send(operation, values, authorization, { method: sent })),
  });
  return [
    attempt("no Authorization header", undefined, a),
    ...(ownersInPath(operation).length > 0 ? [attempt("A's token on B's path", bearer(a), b)] : []),
  ];
}

function carrierOf(method: Method): Method {
  if (isSafe(method)) return method;
  return method === "POST" ? "GET" : "POST";
}

/** What is granted without the header as well is another check's affair. */
async function judge(
  answer: Answer | undefined,
  operation: Operation,
  withoutHeader: () => Promise<Answer | undefined>,
): Promise<Judgement> {
  if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
  if (isSafe(operation.method) && answer.text === "") return passed(`answered ${answer.status} with nothing`);
  const plain = await withoutHeader();
  return plain !== undefined && isSuccess(plain)
    ? passed(`answered ${answer.status}, as without that header`)
    : failed("error", `answered ${answer.status}: the header opened what is closed without it`);
}
