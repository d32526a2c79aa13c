import { STATUS_CODES } from "node:http";
import { httpProblem, problemContentType } from "@usher-auth/verify/http";
import type { ConnectionError, FastifyInstance } from "fastify";

/** The status for each error code of Node's HTTP parser and its timers. All others are a 400. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

type RawSocket = {
  readonly writable: boolean;
  end(text: string): void;
  destroy(): void;
};

/** Answers invalid HTTP with a problem body. There is no request yet, so it is written to the socket. */
export function answerClientError(this: FastifyInstance, error: ConnectionError, socket: RawSocket): void {
  this.log.debug({ code: error.code }, "a client sent something that is not HTTP");
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }

  const problem = httpProblem(statuses[error.code] ?? 400);
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `content-type: ${problemContentType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      "cache-control: no-store",
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
