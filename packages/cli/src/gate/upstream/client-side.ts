import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProblemResponse } from "../problem.ts";

/**
 * Sends a problem as the whole response.
 *
 * @param added Further headers, in lower case.
 */
export function writeProblem(
  response: ServerResponse,
  problem: ProblemResponse,
  added: Readonly<Record<string, string>>,
): void {
  const length = { "content-length": String(Buffer.byteLength(problem.body)) };
  response.writeHead(problem.status, { ...added, ...problem.headers, ...length });
  response.write(problem.body);
}

/**
 * Ends a response. If the client is still sending its request, the rest is read and discarded: an HTTP/1.1 client
 * may read the response only then, and closing the connection under it would lose the response.
 *
 * @param hasLength Whether the client knows where the response ends.
 * @param linger Milliseconds until the connection is closed all the same.
 */
export function endResponse(
  request: IncomingMessage,
  response: ServerResponse,
  hasLength: boolean,
  linger: number,
): void {
  if (request.complete) {
    response.end();
    request.resume();
    return;
  }
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), linger);
  timer.unref();
  // Ending the last response of a connection closes it.
  const isLast = hasLength && !response.shouldKeepAlive;
  request.once("close", () => {
    clearTimeout(timer);
    if (isLast) response.end();
  });
  if (!isLast) response.end();
  request.resume();
}

/** Breaks a response off, so that the client cannot take it for complete. */
export function cutResponse(response: ServerResponse, hasLength: boolean): void {
  // A response to HTTP/1.0 without a length ends with the connection: only a reset tells.
  if (!hasLength && !response.chunkedEncoding) response.socket?.resetAndDestroy();
  response.destroy();
}
