import type { IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "./dialects.ts";

/**
 * Sends a reply without reading the question's body. Some proxies send the length of the original body and no
 * body: the bytes of the next question would then be read as one, so such a connection is closed.
 */
export function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, headers, body } = reply;
  // Node writes a list as it is. An object it would take apart, to add the request's id.
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name] as string);
  if (status !== 204) list.push("content-length", String(Buffer.byteLength(body)));
  if (hasBody(request)) list.push("connection", "close");
  response.writeHead(status, list);
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
