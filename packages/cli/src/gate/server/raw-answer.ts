import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { PreparedResponse } from "@usher-auth/verify/guard";
import { closeAfterAnswer } from "./linger.ts";

/**
 * Answers on a connection that has no response object: an upgrade, CONNECT, or something that is not HTTP.
 * Then closes it.
 */
export function answerSocket(
  socket: Duplex,
  { status, headers, body }: PreparedResponse,
  more: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const fields = Object.entries({
    ...headers,
    ...more,
    date: new Date().toUTCString(),
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${fields.join("")}\r\n${body}`);
  closeAfterAnswer(socket);
}
