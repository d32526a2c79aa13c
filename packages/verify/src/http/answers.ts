import type { ServerResponse } from "node:http";
import type { Refusal } from "./problem.ts";

/**
 * Answers a `node:http` request with a refusal. Headers that were set before (CORS) stay. A request that was
 * answered before it came to the guard keeps its answer: to set a header then would throw, and end the
 * process where nobody catches it.
 */
export function answerWith({ status, headers, body }: Refusal, response: ServerResponse): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** A refusal as a fetch response. */
export function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
