import type { ServerResponse } from "node:http";
import type { Refusal } from "./problem.ts";

/**
 * Sends a refusal as the response to a `node:http` request. Headers that were already set (CORS) stay. Does
 * nothing if the response was already sent: setting a header would throw and could end the process.
 */
export function answerWith({ status, headers, body }: Refusal, response: ServerResponse): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** Creates a fetch response from a refusal. */
export function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}
