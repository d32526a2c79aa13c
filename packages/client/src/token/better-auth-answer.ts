import { TokenUnavailableError } from "../errors.ts";

/** What Better Auth answered: data, or an error. */
export type Answer = {
  readonly data?: unknown;
  readonly isError: boolean;
  /** Of the error, if it has one. */
  readonly status?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
};

/**
 * Waits for an answer of Better Auth's client or server. The client returns `{ data, error }`, or throws an
 * error with a `status` if it was created with `throw: true`. The server returns data, or throws its
 * `APIError`. Any other error, such as one of `fetch`, a hook or a database, is passed on.
 *
 * @param statusOfThrown - the status of an error that Better Auth has thrown, or undefined for any other
 */
export async function answerOf(
  call: PromiseLike<unknown>,
  statusOfThrown: (error: unknown) => number | undefined,
): Promise<Answer> {
  try {
    const answer = await call;
    if (!isEnvelope(answer)) return { data: answer, isError: false };
    const { data, error } = answer;
    return { data, isError: (error ?? null) !== null, status: statusOf(error) };
  } catch (error) {
    const status = statusOfThrown(error);
    if (status === undefined) throw error;
    return { isError: true, status, retryAfter: retryAfterOf(error) };
  }
}

/**
 * The token of an answer to `/token`, or null after a 401.
 *
 * @throws {TokenUnavailableError} The answer is another error, or has no token.
 */
export function readToken({ data, status, retryAfter }: Answer): string | null {
  const { token } = (data ?? {}) as { token?: unknown };
  if (typeof token === "string" && token !== "") return token;
  if (status === 401) return null;
  const reason = status === undefined ? "the response has no token" : `status ${status}`;
  const advice = status === 404 ? ". Does it have the jwt() or usherJwt() plugin?" : "";
  throw new TokenUnavailableError(`Better Auth did not return a token: ${reason}${advice}`, {
    status,
    retryAfter,
  });
}

/**
 * Requires that an answer to `/get-session` has no session, after a 401 of `/token`. Better Auth's own
 * `jwt()` answers 401 for a database that fails, too. `/get-session` then answers 500.
 *
 * @throws {TokenUnavailableError} There is a session, or Better Auth does not know.
 */
export function requireSignedOut({ data, isError, status, retryAfter }: Answer): null {
  const { session } = (data ?? {}) as { session?: unknown };
  const hasNoSession = typeof (data ?? {}) === "object" && (session ?? null) === null;
  if (isError ? status === 401 || status === 404 : hasNoSession) return null;
  const found = isError ? `status ${status}` : "a session, or no answer of Better Auth";
  throw new TokenUnavailableError(
    `Better Auth did not return a token: status 401, but /get-session has ${found}`,
    isError ? { status, retryAfter } : { status: 401 },
  );
}

function isEnvelope(answer: unknown): answer is { data: unknown; error: unknown } {
  return typeof answer === "object" && answer !== null && "data" in answer && "error" in answer;
}

/** The status of an error of Better Auth's client. */
export function statusOf(error: unknown): number | undefined {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === "number" ? status : undefined;
}

/**
 * The status of an `APIError` of Better Auth's server. The error of a hook that calls another service may
 * have a status too, which says nothing about the session.
 */
export function statusOfApiError(error: unknown): number | undefined {
  const { name, statusCode } = (error ?? {}) as { name?: unknown; statusCode?: unknown };
  return name === "APIError" && typeof statusCode === "number" ? statusCode : undefined;
}

/** The headers of Better Auth's `APIError` are whatever was passed to its constructor. */
function retryAfterOf(error: unknown): number | undefined {
  try {
    return secondsToWait(new Headers((error as { headers?: Headers }).headers));
  } catch {
    return undefined;
  }
}

/** RFC 9110 section 10.2.3: seconds or a date. Better Auth's rate limit sends `X-Retry-After`, in seconds. */
export function secondsToWait(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-retry-after");
  if (text === null) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
