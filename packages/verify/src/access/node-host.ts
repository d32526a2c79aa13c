import type { GuardHost, RefusalLogger, RequestDescription } from "./guard-host.ts";
import { structuredLogger } from "./guard-host.ts";

/**
 * The parts of a request of `node:http` that logs and events use, with what usual middleware adds to it. In a
 * request of another framework they may be anything: `factsOf` ignores a method or path that is not a string.
 */
interface DescribedRequest {
  readonly method?: string;
  readonly url?: string;
  /** Connect and Express: the URL with the prefix that a mount has removed. */
  readonly originalUrl?: string;
  /** pino-http and others set it. */
  readonly id?: unknown;
  /** pino-http sets it. */
  readonly log?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: unknown;
}

/**
 * Describes a request of `node:http`, or of a framework whose request looks like one.
 *
 * @param route The pattern of its route, if that is known.
 */
export function describeNodeRequest(request: unknown, route?: string | undefined): RequestDescription {
  const { method, url, originalUrl = url, id } = request as DescribedRequest;
  return { method, route, path: originalUrl, requestId: id };
}

/** The logger of `request.log`: Fastify's, or one that pino-http or another middleware has set. */
export function loggerOfNodeRequest(request: unknown): RefusalLogger | undefined {
  const { raw, log } = request as DescribedRequest;
  // Without a logger of the app, Fastify has one that writes nothing, and that has no level.
  const isNone = raw !== undefined && (log as { readonly level?: unknown } | undefined)?.level === undefined;
  return isNone ? undefined : structuredLogger(log);
}

/** The host of an adapter that gets requests of `node:http`. */
export function nodeHost<Source>(
  adapter: string,
  routeOf: (request: Source) => string | undefined,
): GuardHost<Source> {
  return {
    adapter,
    describe: (request) => describeNodeRequest(request, routeOf(request)),
    logger: loggerOfNodeRequest,
  };
}
