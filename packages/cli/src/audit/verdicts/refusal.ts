import { type Answer, isFault, isOutage, isSuccess } from "../http/answer.ts";
import { failed, type Judgement, passed, unclear } from "./verdict.ts";

/** The answer to the user's own, plain request, asked for only where a verdict depends on it. */
export type Control = () => Promise<Answer | undefined>;

/**
 * Judges an answer that is no success: whether it is a refusal that proves something.
 *
 * 401 and 403 are refusals as such. Any other says as much only if the user's own request is accepted: a 404
 * may mean that there is nothing there, and a 400 that the request was not looked at any further.
 */
export async function judgeRefusal(answer: Answer | undefined, control: Control): Promise<Judgement> {
  if (answer === undefined || isOutage(answer)) return noAnswer(answer);
  const { status } = answer;
  if (status === 401 || status === 403) return passed(`refused with ${status}`);
  const own = await control();
  if (isFault(answer)) {
    return own !== undefined && isFault(own)
      ? unclear(`answered ${status}, and ${own.status} to the user's own request`)
      : fault(answer);
  }
  if (own === undefined)
    return unclear(`answered ${status}; the user's own request was not sent for comparison`);
  return isSuccess(own)
    ? passed(`refused with ${status}`)
    : unclear(
        `answered ${status}, and ${own.status} to the user's own request: it was not accepted either way`,
      );
}

/** Judges an answer that is no success where any refusal will do: there need not be anything at all. */
export function judgeAnyRefusal(answer: Answer | undefined): Judgement {
  if (answer === undefined || isOutage(answer)) return noAnswer(answer);
  return isFault(answer) ? fault(answer) : passed(`refused with ${answer.status}`);
}

/** Judges the answer to credentials that are none: RFC 6750 section 3 wants a 401. */
export async function judgeCredentials(answer: Answer | undefined, control: Control): Promise<Judgement> {
  if (answer !== undefined && isSuccess(answer))
    return failed("error", `answered ${answer.status}: it was let in`);
  return judgeRefusal(answer, control);
}

function fault({ status }: Answer): Judgement {
  return failed("warning", `answered ${status}, which is no refusal but a fault`);
}

function noAnswer(answer: Answer | undefined): Judgement {
  return unclear(
    answer === undefined
      ? "no answer came"
      : `answered ${answer.status}, which says nothing about the request`,
  );
}
