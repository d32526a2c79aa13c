import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../http/problem.ts";

/** Answers an upgrade request with plain HTTP (RFC 6455 section 4.2.2) and closes the connection. */
export function answer(socket: Duplex, { status, headers, body }: Refusal): void {
  const lines = Object.entries({
    ...headers,
    date: new Date().toUTCString(),
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // Node keeps upgraded sockets half open. If the client never closes its side, the socket would stay
  // forever.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

/**
 * Sends a close frame (RFC 6455 section 5.5.1). It may go between any frames of the library that serves the
 * socket: libraries write each frame at once, and a control frame may come between the fragments of a message
 * (section 5.4).
 *
 * @param socket Must have an `error` listener, because it may be closed already.
 * @param reason ASCII, at most 123 characters.
 */
export function sendClose(socket: Duplex, code: number, reason: string): void {
  const frame = Buffer.alloc(4 + reason.length);
  frame.writeUInt8(0x88, 0); // the last and only fragment of a close frame
  frame.writeUInt8(2 + reason.length, 1); // not masked, because a server sends it
  frame.writeUInt16BE(code, 2);
  frame.write(reason, 4, "latin1");
  socket.write(frame);
}
