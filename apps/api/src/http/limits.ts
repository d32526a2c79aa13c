import type { FastifyServerOptions } from "fastify";

/** How long a client may take, in milliseconds. Nobody can hold a connection for long by being slow. */
export type ClientTimes = {
  /** From the first byte of a request to the end of its headers. */
  readonly headers: number;
  /** From the first byte of a request to the end of its body. */
  readonly request: number;
  /** Without a byte in either direction, such as one who does not read the answer. */
  readonly silence: number;
  /** From an answer to the next request. */
  readonly idle: number;
  /** Between two looks at whose headers and requests are overdue. */
  readonly check: number;
};

export const clientTimes: ClientTimes = {
  headers: 15_000,
  request: 30_000,
  silence: 60_000,
  // Longer than a load balancer's usual 60 seconds: the one that closes an idle connection should be the
  // balancer.
  idle: 65_000,
  check: 5_000,
};

/** Nobody can make the API hold much for them, or for long. */
export function serverLimits(times: ClientTimes) {
  return {
    bodyLimit: 64 * 1024,
    requestTimeout: times.request,
    connectionTimeout: times.silence,
    keepAliveTimeout: times.idle,
    // Backs up the database's own deadline of 5 seconds. It counts from the headers on: a client who is slow
    // with the body must have been told 408 before, or it would be a 503, and an error in the log.
    handlerTimeout: times.request + 2 * times.check,
    routerOptions: { maxParamLength: 256 },
    http: {
      headersTimeout: times.headers,
      connectionsCheckingInterval: times.check,
      requireHostHeader: false,
    },
    // While closing, requests that are on their way are still served.
    return503OnClosing: false,
  } satisfies FastifyServerOptions & { http: object };
}
