/** A problem body (RFC 9457). Every error of a guarded API has one. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** The code to switch on. */
  readonly code: string;
  readonly detail: string;
  /** The scopes that are needed, separated by spaces, with `scope_insufficient` (RFC 6750 section 3). */
  readonly scope?: string;
  /** How old a sign-in may be, in seconds, with `reauthentication_required` (RFC 9470 section 3). */
  readonly max_age?: number;
}

/** The media type of a {@link Problem} (RFC 9457 section 3). */
export const problemContentType = "application/problem+json";

/** A complete response, created once. */
export interface PreparedResponse {
  readonly status: number;
  /** Header names in lower case. All text is static: no part of the request is echoed. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/**
 * A complete response to a rejected request: its body is a {@link Problem}. Requests with the same code share
 * one object.
 */
export interface Refusal extends PreparedResponse {}

/** Creates the problem of a code. Its title is the code in words. */
export function problem(status: number, code: string, detail: string): Problem {
  const words = code.replaceAll("_", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { type: `urn:usher-auth:error:${code}`, title, status, code, detail };
}

/** Creates a refusal, once per code. */
export function refuse(problem: Problem, headers: Record<string, string>): Refusal {
  return Object.freeze({
    status: problem.status,
    headers: Object.freeze({ "content-type": problemContentType, "cache-control": "no-store", ...headers }),
    body: JSON.stringify(problem),
  });
}

/** The code and the sentence of a path that does not exist. */
export const nothingHere = ["not_found", "There is nothing here."] as const;

/** The response for a path that does not exist, for hosts without their own. */
export const notFound: Refusal = refuse(problem(404, ...nothingHere), {});
