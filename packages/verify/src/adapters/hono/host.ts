import type { Context } from "hono";
import { type GuardHost, structuredLogger } from "../../access/guard-host.ts";

export const host: GuardHost<Context> = {
  adapter: "hono",
  describe: (context) => ({
    method: context.req.method,
    route: routeOf(context),
    path: context.req.url,
    // As hono/request-id sets it.
    requestId: context.get("requestId"),
  }),
  // As hono-pino sets it.
  logger: (context) => structuredLogger(context.get("logger")),
};

/**
 * The pattern of the handler that responds. Hono finds all handlers of a path before the first one runs;
 * middleware is among them, for all methods and mostly with a wildcard.
 */
function routeOf({ req }: Context): string | undefined {
  return req.matchedRoutes.find(({ method, path }) => method !== "ALL" || !path.endsWith("*"))?.path;
}
