import type { ServerResponse } from "node:http";
import type { PreparedResponse } from "@usher-auth/verify/guard";

/** Sends a prepared response. Headers that were set before stay. Does nothing once a response has begun. */
export function answerWith({ status, headers, body }: PreparedResponse, response: ServerResponse): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // Without it, the body of a response that begins at once would be chunked.
  if (body !== "") response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}
