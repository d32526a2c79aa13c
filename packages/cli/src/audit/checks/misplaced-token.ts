import { isMembers, membersOf } from "../../openapi/document.ts";
import type { Operation } from "../../openapi/operation.ts";
import { resolveReference } from "../../openapi/reference.ts";
import type { AuditedApi } from "../audited-api.ts";
import { isSuccess } from "../http/answer.ts";
import { type Difference, takesForm } from "../requests/request.ts";
import { judgeRefusal } from "../verdicts/refusal.ts";
import { failed } from "../verdicts/verdict.ts";
import type { Attempt, Plan } from "./attempt.ts";

/** RFC 6750 section 2.3, and the names that libraries and tutorials use. */
const queryNames = ["access_token", "token", "jwt", "auth_token"];

/** A's token in the query, or in a form (RFC 6750 section 2.2), without an `Authorization` header. */
export function withMisplacedToken(operation: Operation, api: AuditedApi): Plan {
  const { a } = api.users;
  const attempt = (says: string, difference: Difference): Attempt => ({
    says: `no Authorization header, A's token in ${says}`,
    authorization: undefined,
    difference,
    values: () => api.ownValues(operation, a),
    async judge(answer) {
      return answer !== undefined && isSuccess(answer)
        ? failed(
            "warning",
            `answered ${answer.status}: the token was accepted outside the Authorization header`,
          )
        : judgeRefusal(answer, () => api.ownAnswer(operation, a));
    },
  });
  return [...new Set([...queryNames, ...documentedNames(operation)])]
    .map((name) => attempt(`the query parameter \`${name}\``, { query: { [name]: a.token } }))
    .concat(
      takesForm(operation)
        ? [attempt("the form field `access_token`", { form: { access_token: a.token } })]
        : [],
    );
}

/** The query parameters in which the document's security schemes expect a credential. */
function documentedNames({ root }: Operation): string[] {
  const schemes = Object.values(membersOf(membersOf(root.components).securitySchemes));
  return schemes.flatMap((value) => {
    const scheme = isMembers(value) ? (resolveReference(value, root) ?? value) : {};
    // It becomes part of a report.
    const isPrintable = typeof scheme.name === "string" && /^[\w.-]{1,40}$/.test(scheme.name);
    return scheme.type === "apiKey" && scheme.in === "query" && isPrintable ? [scheme.name as string] : [];
  });
}
