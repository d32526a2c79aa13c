import type { IncomingMessage } from "node:http";

/**
 * The body of a request that has arrived as a whole, as most small ones do with the head: it can be sent
 * without a stream. Undefined if bytes are missing, if the length is not stated (chunks stay chunks), or if
 * the client waits for `100 Continue`. Then nothing is read.
 */
export function arrivedBody(request: IncomingMessage): Buffer | undefined {
  const { headers, readableLength } = request;
  if (headers.expect !== undefined || headers["transfer-encoding"] !== undefined) return undefined;
  if (readableLength === 0 || readableLength !== Number(headers["content-length"])) return undefined;
  const body = request.read() as Buffer;
  // To the end of the request, which may come after its last byte.
  request.resume();
  return body;
}
