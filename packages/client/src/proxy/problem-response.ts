import { protectiveHeaders } from "./response-headers.ts";

/** What the proxy itself answers, instead of the API. All text is static: nothing of the request is in it. */
const problems = {
  method_rejected: [405, "Method rejected", "The proxy passes on GET, HEAD, POST, PUT, PATCH and DELETE."],
  cross_site_request: [
    403,
    "Cross-site request",
    "The request does not come from a page of this site. Behind a proxy that changes Host, set `origins`.",
  ],
  path_rejected: [400, "Path rejected", "The path is outside the proxy's, or can be read in two ways."],
  content_too_large: [413, "Content too large", "The body is larger than the proxy accepts."],
  request_incomplete: [408, "Request incomplete", "The body did not arrive, or not all of it."],
  signed_out: [401, "Signed out", "The request has no session."],
  user_changed: [409, "User changed", "The session is not of the user that the page expects."],
  token_unavailable: [503, "Token unavailable", "The session could not be checked. Try again."],
  api_unavailable: [502, "API unavailable", "The API could not be reached, or its response was invalid."],
  api_timeout: [504, "API timeout", "The API did not answer in time."],
} as const;

/** A code of the proxy's own answers. */
export type ProxyProblemCode = keyof typeof problems;

/**
 * A problem body (RFC 9457), in the form of the API's own.
 *
 * @param headers - further headers, such as `retry-after`
 */
export function problemResponse(code: ProxyProblemCode, headers: Record<string, string> = {}): Response {
  const [status, title, detail] = problems[code];
  const body = { type: `urn:usher-auth:error:${code}`, title, status, code, detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...protectiveHeaders, ...headers, "content-type": "application/problem+json" },
  });
}

/** Ends a request with a problem. Only the proxy itself throws and catches it. */
export class ProxyProblem extends Error {
  override readonly name = "ProxyProblem";
  readonly code: ProxyProblemCode;
  readonly headers: Record<string, string>;

  constructor(
    code: ProxyProblemCode,
    { cause, headers = {} }: { cause?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(code, { cause });
    this.code = code;
    this.headers = headers;
  }
}
