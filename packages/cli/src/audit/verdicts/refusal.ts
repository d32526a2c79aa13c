import { type Answer, isOutage, isServerError, isSuccess } from "../http/answer.ts";
import { failed, type Judgement, passed, unclear } from "./verdict.ts";

/** The answer to the user's own request. Called only if the verdict depends on it. */
export type OwnAnswer = () => Promise<Answer | undefined>;

/**
 * Judges an answer that is not a success: whether it proves that the API refuses the request.
 *
 * 401 and 403 do. Any other status counts only if the API accepts the user's own request: a 404 may mean that
 * the object does not exist, and a 400 that the API rejects every such request.
 */
export async function judgeRefusal(answer: Answer | undefined, ownAnswer: OwnAnswer): Promise<Judgement> {
  if (answer === undefined || isOutage(answer)) return noAnswer(answer);
  const { status } = answer;
  if (status === 401 || status === 403) return passed(`refused with ${status}`);
  const own = await ownAnswer();
  if (isServerError(answer)) {
    return own !== undefined && isServerError(own)
      ? unclear(`answered ${status}, and answered the user's own request with ${own.status}`)
      : serverError(answer);
  }
  if (own === undefined)
    return unclear(`answered ${status}, and the user's own request was not sent for comparison`);
  return isSuccess(own)
    ? passed(`refused with ${status}`)
    : unclear(
        `answered ${status}, and answered the user's own request with ${own.status}: neither was accepted`,
      );
}

/** Judges an answer where any refusal is enough, a 404 included: the path does not have to exist. */
export function judgeAnyRefusal(answer: Answer | undefined): Judgement {
  if (answer === undefined || isOutage(answer)) return noAnswer(answer);
  return isServerError(answer) ? serverError(answer) : passed(`refused with ${answer.status}`);
}

/** Judges the answer to a request without valid credentials. RFC 6750 section 3 requires a 401. */
export async function judgeCredentials(answer: Answer | undefined, ownAnswer: OwnAnswer): Promise<Judgement> {
  if (answer !== undefined && isSuccess(answer))
    return failed("error", `answered ${answer.status}: the request was accepted`);
  return judgeRefusal(answer, ownAnswer);
}

function serverError({ status }: Answer): Judgement {
  return failed("warning", `answered ${status}: a server error, not a refusal`);
}

function noAnswer(answer: Answer | undefined): Judgement {
  return unclear(
    answer === undefined
      ? "no answer came"
      : `answered ${answer.status}, which says nothing about the request`,
  );
}
