import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** 1 to 64 characters that can forge neither a header nor a line of a log. */
const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

const ids = new WeakMap<object, string>();

/**
 * The request's id in the log, in the response's `X-Request-Id`, and at the backend: the client's own if it is
 * harmless, otherwise a random UUID. Always the same for one request.
 */
export function requestIdOf(request: Pick<IncomingMessage, "headers">): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const given = request.headers["x-request-id"];
  const id = typeof given === "string" && acceptable.test(given) ? given : randomUUID();
  ids.set(request, id);
  return id;
}
