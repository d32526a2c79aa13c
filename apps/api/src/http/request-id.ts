import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

const acceptable = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The id that a request goes by in the log and in the `X-Request-Id` of its answer: the client's own where
 * that is 1 to 64 letters, digits, `_` and `-` (anything else could forge log lines), a random one otherwise.
 */
export function requestId(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && acceptable.test(given) ? given : randomUUID();
}
