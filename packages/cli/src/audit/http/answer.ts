/** The parts of an API's answer that a verdict needs. */
export interface Answer {
  readonly status: number;
  /** Lower case and without parameters; "" if there was no `Content-Type`. */
  readonly mediaType: string;
  /** Whether `WWW-Authenticate` was present. A 401 must have it (RFC 9110 section 11.6.1). */
  readonly hasChallenge: boolean;
  /** Whether the body is a problem document (RFC 9457). */
  readonly hasProblem: boolean;
  readonly location: string | undefined;
  /** `Retry-After` in seconds (RFC 9110 section 10.2.3). */
  readonly retryAfter: number | undefined;
  readonly text: string;
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown;
}

/** A status of 2xx. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Statuses of a server or a proxy that say nothing about the request itself. */
const outages: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Too many requests, or the server is not available. */
export function isOutage({ status }: Answer): boolean {
  return outages.has(status);
}

/**
 * A 5xx that the request itself caused. 501 is a refusal: the method is not supported (RFC 9110 section
 * 15.6.2).
 */
export function isServerError(answer: Answer): boolean {
  return answer.status >= 500 && answer.status !== 501 && !isOutage(answer);
}
