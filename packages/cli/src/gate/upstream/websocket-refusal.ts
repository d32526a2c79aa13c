import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { closeAfterAnswer } from "../server/linger.ts";

/** RFC 9110 section 7.6.1: what concerns the connection to the backend alone. */
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Passes on a response with which the backend refused an upgrade (or ignored it), and closes the connection.
 *
 * @param timeout Milliseconds without a byte of it.
 */
export function passRefusal(
  refusal: IncomingMessage,
  socket: Duplex,
  timeout: number,
  more: Readonly<Record<string, string>>,
): void {
  const named = (refusal.headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...ofConnection, ...named, ...Object.keys(more)]);
  const lines: string[] = [];
  for (let index = 0; index < refusal.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = refusal.rawHeaders.slice(index, index + 2);
    if (!dropped.has(name.toLowerCase())) lines.push(`${name}: ${value}\r\n`);
  }
  for (const [name, value] of Object.entries(more)) lines.push(`${name}: ${value}\r\n`);
  const { statusCode = 502 } = refusal;
  // Latin-1, as Node read it.
  socket.write(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? "Refused"}\r\n${lines.join("")}connection: close\r\n\r\n`,
    "latin1",
  );
  const stop = () => {
    refusal.destroy();
    socket.destroy();
  };
  refusal.setTimeout(timeout, stop);
  refusal.once("error", stop);
  socket.once("close", () => refusal.destroy());
  refusal.once("end", () => closeAfterAnswer(socket));
  refusal.pipe(socket, { end: false });
}
