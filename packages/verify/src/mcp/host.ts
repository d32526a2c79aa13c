import { type GuardHost, structuredLogger } from "../access/guard-host.ts";
import { describeNodeRequest, loggerOfNodeRequest } from "../access/node-host.ts";

/** The parts of a request of any framework that tell more than `node:http`'s. */
interface AnyRequest {
  /** Koa, Hono and h3: the request of a context. */
  readonly req?: unknown;
  /** Koa: the URL with the prefix that a mount has removed. */
  readonly originalUrl?: unknown;
  /** Hono: what middleware has set. */
  readonly var?: { readonly logger?: unknown; readonly requestId?: unknown };
  /** h3. */
  readonly context?: { readonly log?: unknown; readonly logger?: unknown };
}

/** All tools have one route. What the tool guard tells about a request is what any framework's request tells. */
export const host: GuardHost<unknown> = {
  adapter: "mcp",
  describe: (request) => {
    const { req = request, originalUrl, var: variables } = request as AnyRequest;
    const described = describeNodeRequest(req);
    return {
      ...described,
      ...(typeof originalUrl === "string" && { path: originalUrl }),
      requestId: described.requestId ?? (request as { readonly id?: unknown }).id ?? variables?.requestId,
    };
  },
  logger: (request) => {
    const { var: variables, context } = request as AnyRequest;
    const loggers = [variables?.logger, context?.log, context?.logger];
    return (
      loggerOfNodeRequest(request) ?? loggers.map(structuredLogger).find((logger) => logger !== undefined)
    );
  },
};
