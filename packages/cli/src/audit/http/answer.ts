/** What an API answered, as far as a verdict needs it. */
export interface Answer {
  readonly status: number;
  /** Without parameters, in lower case; "" where none was said. */
  readonly mediaType: string;
  /** Whether `WWW-Authenticate` was there (RFC 9110 section 11.6.1: a 401 must have it). */
  readonly hasChallenge: boolean;
  /** Whether the body is a problem (RFC 9457). */
  readonly hasProblem: boolean;
  readonly location: string | undefined;
  /** Seconds, where `Retry-After` was there (RFC 9110 section 10.2.3). */
  readonly retryAfter: number | undefined;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** 2xx. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Answers of a server, or of what stands before it, that say nothing about the request. */
const outages: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Too many requests, or nobody there. */
export function isOutage({ status }: Answer): boolean {
  return outages.has(status);
}

/**
 * 5xx that the request itself has brought about. 501 is a refusal: the method is not known (RFC 9110 section
 * 15.6.2).
 */
export function isFault(answer: Answer): boolean {
  return answer.status >= 500 && answer.status !== 501 && !isOutage(answer);
}
