import type { Attempt } from "./attempts.ts";
import type { Answer, SentRequest } from "./exchange.ts";
import type { HandlerRun } from "./handler-runs.ts";

/** An answer, and the guarded handlers that ran for it. */
export interface Observed {
  readonly request: SentRequest;
  /** Undefined: none came in time. */
  readonly answer: Answer | undefined;
  readonly runs: readonly HandlerRun[];
  /** Whether handlers are observed at all. */
  readonly isWatched: boolean;
}

/** Why an answer is not what must come back. Contains nothing from the answer but its status. */
export interface Fault {
  readonly cameBack: string;
  readonly fix: string;
}

/** Judges the answer to an attempt. @param own The answer to the owner's own request. */
export function faultIn(attempt: Attempt, observed: Observed, own: Observed): Fault | undefined {
  const { answer, runs } = observed;
  const didWork = runs.some(({ outcome }) => outcome === "granted" || outcome === "running");
  if (answer === undefined)
    return didWork
      ? {
          cameBack: "no answer in time, but the route's handler ran: the request was accepted",
          fix: attempt.fix,
        }
      : noAnswer;
  const { status } = answer;
  if (attempt.expects === "unhandled") {
    // A route of OPTIONS is there for preflights.
    const isOtherRun = runs.some(({ route, outcome }) => outcome !== "refused" && route.method !== "OPTIONS");
    return isOtherRun ? { cameBack: `${status}, and the route's handler ran`, fix: attempt.fix } : undefined;
  }
  if (status >= 500) return { cameBack: `${status}: an error is not a refusal`, fix: onError };
  if (isOtherHead(observed, own)) return undefined;
  if (attempt.expects === "closed") return openFault(attempt, observed, own, didWork);
  if (status >= 200 && status < 300) return successFault(attempt, observed);
  if (didWork)
    return {
      cameBack: `${status}, but the route's handler ran before the refusal: whatever it does is done`,
      fix: "Check the request before the handler, and wait for the result before the handler is called.",
    };
  return attempt.expects === "challenge" ? challengeFault(answer, own) : deniedFault(observed, own);
}

/** Some servers answer every HEAD themselves, such as tRPC with 204, without the route. */
function isOtherHead({ request, answer, runs }: Observed, own: Observed): boolean {
  const status = answer?.status ?? 0;
  const isSuccess = status >= 200 && status < 300;
  return request.method === "HEAD" && isSuccess && runs.length === 0 && status !== own.answer?.status;
}

const onError =
  "Answer 401 or 403 where a token or its user is rejected. An error in the guard must not depend on what the token says.";

const noAnswer: Fault = {
  cameBack: "no answer",
  fix: "Make the app answer each request, without closing the connection, or raise `timeout`.",
};

function successFault({ fix }: Attempt, { answer, runs, isWatched }: Observed): Fault {
  const { status } = answer as Answer;
  return isWatched && runs.length === 0
    ? {
        cameBack: `${status}, and the route's handler did not run`,
        fix: `${fix} If this is the refusal, give it the status 401 or 403: clients do not look for errors in a ${status}.`,
      }
    : { cameBack: `${status}: the request was accepted`, fix };
}

function challengeFault(answer: Answer, own: Observed): Fault | undefined {
  const { status } = answer;
  if (status === 401) {
    return /(?:^|,)\s*Bearer(?:\s|,|$)/i.test(answer.header("www-authenticate") ?? "")
      ? undefined
      : {
          cameBack: "401 without the header `WWW-Authenticate: Bearer`",
          fix: "Send the challenge with each 401 (RFC 6750 section 3). If the guard sends it, find what removes it.",
        };
  }
  if (status >= 300 && status < 400)
    return {
      cameBack: `${status}: a redirect instead of a refusal`,
      fix: "Answer 401. A client of an API follows the redirect and takes the page for the answer.",
    };
  if (status === 429) return { cameBack: "429", fix: "Turn the rate limit off in this test." };
  if (status === 404 && own.answer?.status === 404)
    return {
      cameBack: "404, as to a valid token: the route was not reached",
      fix: "Give its path parameters values that exist, with `params`, or the `headers` that the route needs.",
    };
  return {
    cameBack: `${status} instead of 401`,
    fix:
      status === 403
        ? "Answer 401 where there is no valid token, so that clients get a new one. 403 is for a valid token."
        : "Check the token before anything else of the request is read.",
  };
}

/** 401, 403 and 404 are refusals. A 404 is also what a guard that compares nothing gives for an unknown object. */
function deniedFault({ answer, runs, isWatched, request }: Observed, own: Observed): Fault | undefined {
  const { status } = answer as Answer;
  const ownStatus = own.answer?.status;
  if (status === 401 || status === 403) return undefined;
  if (request.method === "HEAD" && (status === 404 || status === 405)) return undefined;
  if (status === 404) {
    const wasDecidedBefore = isWatched && runs.length === 0;
    return wasDecidedBefore || ownStatus !== 404
      ? undefined
      : {
          cameBack: "404, as to the owner: it cannot be seen whether the owner is compared",
          fix: "Give the path's other parameters values that exist for the owner, with `params`.",
        };
  }
  if (status >= 300 && status < 400)
    return { cameBack: `${status}: a redirect instead of a refusal`, fix: "Answer 403." };
  return {
    cameBack: `${status} instead of 403`,
    fix: "Compare the owner before anything else of the request is checked.",
  };
}

function openFault(attempt: Attempt, observed: Observed, own: Observed, didWork: boolean): Fault | undefined {
  const { status, body } = observed.answer as Answer;
  const accepted = { cameBack: `${status}: the request was accepted`, fix: attempt.fix };
  if (status >= 200 && status < 300) {
    if (observed.request.method === "HEAD" || didWork) return accepted;
    // Another route, or the CORS middleware, may have answered.
    return !observed.isWatched && body !== "" && body === own.answer?.body ? accepted : undefined;
  }
  return didWork
    ? { cameBack: `${status}, but the route's handler ran before the refusal`, fix: attempt.fix }
    : undefined;
}

/** Judges the answer to the owner's own request: it must get through the guard. */
export function faultInOwn({ answer, runs, isWatched }: Observed): Fault | undefined {
  if (answer === undefined) return runs.length > 0 ? undefined : noAnswer;
  const { status } = answer;
  if (status === 401 && /insufficient_user_authentication/.test(answer.header("www-authenticate") ?? ""))
    return {
      cameBack: "401: the sign-in is not recent, so nothing is proved about the route",
      fix: "Give the first of `users` the claim `auth_time`, in whole seconds: `Math.floor(Date.now() / 1000)`.",
    };
  if (status === 401)
    return {
      cameBack: "401: the token was rejected",
      fix: "Let the verifier of this route trust the test issuer: its secret or keys, `issuer` and `audience`.",
    };
  if (status === 403)
    return {
      cameBack: "403: the user may not call the route, so nothing is proved about it",
      fix: "Give the first of `users` the claims that the route requires, such as a role or a scope.",
    };
  if (status === 404 && isWatched && runs.length === 0)
    return {
      cameBack: "404, and the route's handler did not run",
      fix: "Give its path parameters values that exist, with `params`, or the `headers` that the route needs.",
    };
  return undefined;
}

/**
 * Whether a refusal shows texts of the owner's own answer, except for those that are in the path or in every
 * answer of the app.
 *
 * @param challenge A refusal of a request without a valid token.
 */
export function leaksOwnersData(refusal: Observed, own: Observed, challenge: Observed | undefined): boolean {
  const { answer } = own;
  const known = [...Object.values(refusal.request.params), challenge?.answer?.body ?? ""];
  if (answer === undefined || answer.status >= 300 || refusal.answer === undefined) return false;
  const texts = distinctiveTexts(answer.body).filter((text) => !known.some((one) => one.includes(text)));
  const { body } = refusal.answer;
  return texts.some((text) => body.includes(text));
}

/** The strings in a JSON body that two answers hardly share by chance. */
function distinctiveTexts(body: string): readonly string[] {
  try {
    return stringsIn(JSON.parse(body)).filter((text) => text.length >= 8);
  } catch {
    return [];
  }
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Whether the app granted an attempt, so that the attempts that differ only a little say no more. */
export function isGranted({ answer, runs }: Observed): boolean {
  if (answer === undefined) return runs.some(({ outcome }) => outcome !== "refused");
  if (answer.status >= 300) return false;
  return runs.length === 0 || runs.some(({ outcome }) => outcome !== "refused");
}
