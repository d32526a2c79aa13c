import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { GateResponse } from "./gate-response.ts";
import { isOwnTarget } from "./health.ts";

/**
 * Whether a request asks for a WebSocket (RFC 6455 section 4.1). Other upgrades, such as the h2c that Java's
 * client offers with every first request, are ignored (RFC 9110 section 7.8): a proxy that passed them on
 * would let requests through unseen. So are those of a proxy's question about a WebSocket, which is no
 * upgrade itself.
 */
export function asksForWebSocket({ method, url = "", headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.trim().toLowerCase() === "websocket" && !isOwnTarget(url);
}

/** Whether a request that asks for an upgrade has a body as well. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}

/**
 * Before Node 24.9 a server with WebSockets takes every upgrade off HTTP. This puts one back, for one
 * response.
 */
export function responseTo(request: IncomingMessage, socket: Socket): GateResponse {
  const response = new GateResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  return response;
}
