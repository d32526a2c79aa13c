import type { IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "./dialects.ts";

/**
 * Sends a reply without reading the question's body. Some proxies send the length of the original body and no
 * body: the bytes of the next question would then be read as one, so such a connection is closed.
 */
export function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const close = hasBody(request.rawHeaders) ? { connection: "close" } : {};
  const length = reply.status === 204 ? {} : { "content-length": Buffer.byteLength(reply.body) };
  response.writeHead(reply.status, { ...reply.headers, ...length, ...close });
  response.end(reply.body);
}

function hasBody(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (name === "transfer-encoding") return true;
    if (name === "content-length" && rawHeaders[index + 1] !== "0") return true;
  }
  return false;
}
