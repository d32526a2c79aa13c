/** A problem body (RFC 9457), as every error of a guarded API has it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What to switch on. */
  readonly code: string;
  readonly detail: string;
}

/** The media type of a {@link Problem} (RFC 9457 section 3). */
export const problemContentType = "application/problem+json";

/**
 * A complete answer to a request that was turned away. The same object for each request with the same code.
 */
export interface Refusal {
  readonly status: number;
  /** Header names in lower case. All static text: nothing of a request is ever echoed. */
  readonly headers: Readonly<Record<string, string>>;
  /** The problem as JSON text. */
  readonly body: string;
}

/** The problem of one code. Its title is the code, in words. */
export function problem(status: number, code: string, detail: string): Problem {
  const words = code.replaceAll("_", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { type: `urn:usher-auth:error:${code}`, title, status, code, detail };
}

/** Puts an answer together, once. */
export function refuse(problem: Problem, headers: Record<string, string>): Refusal {
  return Object.freeze({
    status: problem.status,
    headers: Object.freeze({ "content-type": problemContentType, "cache-control": "no-store", ...headers }),
    body: JSON.stringify(problem),
  });
}

/** The code and sentence of a path that does not exist. */
export const nothingHere = ["not_found", "There is nothing here."] as const;

/** The answer to a path that does not exist, where no framework has one of its own. */
export const notFound: Refusal = refuse(problem(404, ...nothingHere), {});
