import type { FastifyServerOptions } from "fastify";

/** How long a client may take, in milliseconds. A slow client cannot keep a connection for long. */
export type ClientTimes = {
  /** From the first byte of a request to the end of its headers. */
  readonly headers: number;
  /** From the first byte of a request to the end of its body. */
  readonly request: number;
  /** Without a byte in either direction, for example while the client does not read the response. */
  readonly silence: number;
  /** From a response to the next request. */
  readonly idle: number;
  /** Between two checks for overdue headers and requests. */
  readonly check: number;
};

export const clientTimes: ClientTimes = {
  headers: 15_000,
  request: 30_000,
  silence: 60_000,
  // Longer than the usual 60 seconds of a load balancer, so that the balancer closes idle connections.
  idle: 65_000,
  check: 5_000,
};

/** Limits what one request can cost, in memory and in time. */
export function serverLimits(times: ClientTimes) {
  return {
    bodyLimit: 64 * 1024,
    requestTimeout: times.request,
    connectionTimeout: times.silence,
    keepAliveTimeout: times.idle,
    // In case the database's deadline of 5 seconds does not work. It starts at the headers, so it is longer
    // than the body may take: a slow client gets a 408, not a 503 and an error in the log.
    handlerTimeout: times.request + 2 * times.check,
    routerOptions: { maxParamLength: 256 },
    http: {
      headersTimeout: times.headers,
      connectionsCheckingInterval: times.check,
      requireHostHeader: false,
    },
    // While closing, serve the requests that have already arrived.
    return503OnClosing: false,
  } satisfies FastifyServerOptions & { http: object };
}
