import type { IncomingMessage } from "node:http";
import type { GateProblemCode } from "../problem.ts";
import { isHost } from "../request/raw-headers.ts";

/** Headers of one request. What a browser and three proxies send are about forty. */
const mostHeaders = 200;
/** Bytes of the request target. */
const longestTarget = 8 * 1024;

/** What is wrong with a request before anyone looks at its path. */
export function faultOf(request: IncomingMessage): GateProblemCode | undefined {
  const { rawHeaders, httpVersion, headers, url = "" } = request;
  // Node's parser also accepts 0.9 and 2.0 in the request line.
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return "bad_request";
  if (rawHeaders.length > 2 * mostHeaders) return "headers_too_large";
  if (url.length > longestTarget) return "uri_too_long";
  // RFC 9112 section 3.2. HTTP/1.0, which some load balancers' health checks use, has no Host header.
  if (httpVersion === "1.1" && !isHost(headers.host ?? "")) return "bad_request";
  // RFC 9112 section 6.1: HTTP/1.0 has no transfer codings, so another server may see another end of the
  // body.
  if (httpVersion === "1.0" && headers["transfer-encoding"] !== undefined) return "bad_request";
  return undefined;
}
