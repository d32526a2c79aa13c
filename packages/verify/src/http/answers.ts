import type { ServerResponse } from "node:http";
import type { PreparedResponse } from "./problem.ts";

/**
 * Sends a prepared response as the response to a `node:http` request. Headers that were already set (CORS)
 * stay. Does nothing if the response was already sent: setting a header would throw and could end the
 * process.
 */
export function answerWith({ status, headers, body }: PreparedResponse, response: ServerResponse): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** Creates a fetch response. A status without content, such as 204, allows no body at all. */
export function responseOf({ status, headers, body }: PreparedResponse): Response {
  return new Response(body === "" ? null : body, { status, headers });
}
