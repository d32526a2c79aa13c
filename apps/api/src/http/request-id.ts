import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

const acceptable = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The request's id in the log and in the response's `X-Request-Id`: the client's own if it is 1 to 64
 * letters, digits, `_` and `-` (anything else could forge log lines), otherwise a random UUID.
 */
export function requestId(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && acceptable.test(given) ? given : randomUUID();
}
