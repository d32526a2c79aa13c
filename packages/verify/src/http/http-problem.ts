import { nothingHere, type Problem, problem } from "./problem.ts";

/** The codes and sentences of a framework's own errors, which are not about authentication. */
const httpErrors: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ["bad_request", "The request cannot be understood."],
  404: nothingHere,
  405: ["method_not_allowed", "This endpoint does not support the method."],
  406: ["not_acceptable", "There is no representation that the request accepts."],
  408: ["request_timeout", "The request took too long to arrive."],
  409: ["conflict", "The request conflicts with the resource's state."],
  413: ["payload_too_large", "The request's body is too large."],
  414: ["uri_too_long", "The request's URL is too long."],
  415: ["unsupported_media_type", "The request's body is of a type that is not supported."],
  422: ["unprocessable_content", "The request's body cannot be processed."],
  429: ["too_many_requests", "Too many requests."],
  431: ["headers_too_large", "The request's headers are too large."],
  500: ["internal_error", "Something went wrong on our side."],
  503: ["service_unavailable", "The service cannot answer at the moment."],
};

/**
 * Returns the problem body (RFC 9457) of an error that is not about authentication, so that all errors of an
 * API have one form.
 *
 * @param status The HTTP status, 400 to 599. An unlisted status has the code `http_error`.
 * @param detail A sentence for the client. Default: a fixed one for each status. Do not include the
 *   request's content or internals.
 * @example
 * ```ts
 * import { httpProblem, problemContentType } from "@usher-auth/verify/http";
 *
 * export function notFound(): Response {
 *   const problem = httpProblem(404);
 *   const headers = { "content-type": problemContentType };
 *   return new Response(JSON.stringify(problem), { status: problem.status, headers });
 * }
 * ```
 */
export function httpProblem(status: number, detail?: string): Problem {
  const [code, sentence] = httpErrors[status] ?? ["http_error", "The request failed."];
  return problem(status, code, detail ?? sentence);
}
