import { isSafe, type Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { judgeAnyRefusal } from "../verdicts/refusal.ts";
import { accepted, failed, type Judgement, passed, unclear } from "../verdicts/verdict.ts";
import { type Attempt, isNotTried, type MakePlan, type Plan } from "./attempt.ts";
import {
  withExpiredToken,
  withGarbageToken,
  withRevokedToken,
  withTamperedToken,
  withUnsignedToken,
} from "./credentials.ts";
import { withMisplacedToken } from "./misplaced-token.ts";

/** No token is fine where it is optional. */
export function optionalWithoutToken(operation: Operation, api: AuditedApi): Plan {
  return [
    {
      says: "no Authorization header",
      authorization: undefined,
      values: () => api.ownValues(operation, api.users.a),
      judge: async (answer) =>
        answer !== undefined && isSuccess(answer)
          ? accepted(`the token is optional, answered ${answer.status}`)
          : judgeAnyRefusal(answer),
    },
  ];
}

/**
 * A token that is sent must be valid. An answer as without a token is not enough: the client takes the user
 * for signed in.
 */
export const optionalWithGarbage: MakePlan = refusedWhenSent(withGarbageToken);
export const optionalWithTampered: MakePlan = refusedWhenSent(withTamperedToken);
export const optionalWithUnsigned: MakePlan = refusedWhenSent(withUnsignedToken);
export const optionalWithExpired: MakePlan = refusedWhenSent(withExpiredToken);
export const optionalWithRevoked: MakePlan = refusedWhenSent(withRevokedToken);

function refusedWhenSent(plan: MakePlan): MakePlan {
  return async (operation, api) => {
    const made = await plan(operation, api);
    if (isNotTried(made)) return made;
    return made.map((attempt): Attempt => ({ ...attempt, judge: async (answer) => judgeSent(answer) }));
  };
}

function judgeSent(answer: Answer | undefined): Judgement {
  if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
  return failed("error", `answered ${answer.status}: the token is optional, but a bad one was accepted`);
}

/** A token elsewhere than in the header may be ignored: the answer is that to a request without one. */
export function optionalWithMisplaced(operation: Operation, api: AuditedApi): Plan {
  const made = withMisplacedToken(operation, api);
  if (isNotTried(made)) return made;
  return made.map(
    (attempt): Attempt => ({
      ...attempt,
      async judge(answer, values) {
        if (answer === undefined || !isSuccess(answer)) return judgeAnyRefusal(answer);
        const { status, text } = answer;
        if (!isSafe(operation.method)) return unclear(`answered ${status}: nothing tells whether as A`);
        const anonymous = await api.send(operation, values, undefined);
        if (anonymous?.text === text) return passed(`answered ${status}, as without a token`);
        const own = await api.send(operation, values, bearer(api.users.a));
        return own?.text === text
          ? failed("warning", `answered ${status}: the token was accepted outside the Authorization header`)
          : passed(`answered ${status}, but not as with a token in the header`);
      },
    }),
  );
}
