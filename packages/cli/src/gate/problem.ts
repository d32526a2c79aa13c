import { problemContentType } from "@usher-auth/verify/http";

/** What the gate answers by itself. The guard's refusals come from `@usher-auth/verify`. */
const problems = {
  path_rejected: [400, "Path rejected", "The path can be read in two ways."],
  header_rejected: [400, "Header rejected", "A header can be read in two ways."],
  bad_request: [400, "Bad request", "The request cannot be understood."],
  origin_rejected: [403, "Origin rejected", "Pages of this origin may not open a WebSocket."],
  not_found: [404, "Not found", "There is nothing here."],
  method_not_allowed: [405, "Method not allowed", "This endpoint does not support the method."],
  request_timeout: [408, "Request timeout", "The request took too long to arrive."],
  payload_too_large: [413, "Payload too large", "The request's body is too large."],
  uri_too_long: [414, "Uri too long", "The request's URL is too long."],
  expectation_failed: [417, "Expectation failed", "The only supported expectation is 100-continue."],
  headers_too_large: [431, "Headers too large", "The request's headers are too large."],
  internal_error: [500, "Internal error", "Something went wrong on our side."],
  api_unavailable: [502, "API unavailable", "The API could not be reached, or its response was invalid."],
  try_again: [503, "Try again", "The request was refused, and would be admitted by now. Try again."],
  policy_unavailable: [503, "Policy unavailable", "The API's routes are not known yet. Try again."],
  api_timeout: [504, "API timeout", "The API did not answer in time."],
} as const;

/** A code of the gate's own answers. */
export type GateProblemCode = keyof typeof problems;

/** A complete response. */
export interface ProblemResponse {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly code: GateProblemCode;
}

/**
 * A problem body (RFC 9457), in the form of the guard's. All text is static: nothing of the request is in it.
 *
 * @param headers Further headers, such as `allow`.
 */
export function gateProblem(
  code: GateProblemCode,
  headers: Readonly<Record<string, string>> = {},
): ProblemResponse {
  const [status, title, detail] = problems[code];
  const body = JSON.stringify({ type: `urn:usher-auth:error:${code}`, title, status, code, detail });
  const retry = status === 503 ? { "retry-after": "5" } : {};
  return {
    status,
    headers: { "content-type": problemContentType, "cache-control": "no-store", ...retry, ...headers },
    body,
    code,
  };
}
