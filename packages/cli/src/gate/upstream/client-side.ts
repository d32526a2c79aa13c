import type { ServerResponse } from "node:http";
import type { ProblemResponse } from "../problem.ts";

/**
 * Sends a problem as the whole response. What the client still sends is the server's business
 * (`GateResponse`).
 *
 * @param added Further headers, in lower case.
 */
export function sendProblem(
  response: ServerResponse,
  problem: ProblemResponse,
  added: Readonly<Record<string, string>>,
): void {
  const length = { "content-length": String(Buffer.byteLength(problem.body)) };
  response.writeHead(problem.status, { ...added, ...problem.headers, ...length });
  response.end(problem.body);
}

/** Breaks a response off, so that the client cannot take it for complete. */
export function cutResponse(response: ServerResponse, hasLength: boolean): void {
  // A response to HTTP/1.0 without a length ends with the connection: only a reset tells.
  if (!hasLength && !response.chunkedEncoding) response.socket?.resetAndDestroy();
  response.destroy();
}
