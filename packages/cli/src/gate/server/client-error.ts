import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type GateProblemCode, gateProblem } from "../problem.ts";
import { isLingering } from "./linger.ts";
import { answerSocket } from "./raw-answer.ts";

/** The codes of Node's HTTP parser and of its timers. All others are a `bad_request`. */
const codes: Readonly<Record<string, GateProblemCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "payload_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/**
 * Answers what is not valid HTTP, or too slow.
 *
 * @param running The responses that have not ended on this connection.
 * @returns The problem's code. Undefined: no one is there who could read an answer.
 */
export function answerClientError(
  { code = "" }: { readonly code?: string | undefined },
  socket: Duplex,
  running: Iterable<ServerResponse>,
): GateProblemCode | undefined {
  // What follows a last request is not read, and its answer is still to come.
  if (isLingering(socket) || code === "HPE_CLOSED_CONNECTION") return undefined;
  // A second status line in the middle of a response, or an answer to another request than the client thinks.
  const wouldMix = [...running].some(({ headersSent, req }) => headersSent || req.complete);
  if (code === "ECONNRESET" || !socket.writable || wouldMix) {
    socket.destroy();
    return undefined;
  }
  const problem = codes[code] ?? "bad_request";
  answerSocket(socket, gateProblem(problem));
  return problem;
}
