import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** 1 to 64 characters that can forge neither a header nor a line of a log. */
const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

/** Where a request keeps its id. Cheaper than a map, and every request has one. */
const id: unique symbol = Symbol("request id");

/**
 * The request's id in the log, in the response's `X-Request-Id`, and at the backend: the client's own if it
 * is harmless, otherwise a random UUID. Always the same for one request.
 */
export function requestIdOf(request: Pick<IncomingMessage, "headers"> & { [id]?: string }): string {
  request[id] ??= readOrCreate(request.headers["x-request-id"]);
  return request[id];
}

function readOrCreate(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && acceptable.test(given) ? given : randomUUID();
}
