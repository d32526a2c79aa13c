import type { Context } from "koa";
import { type GuardHost, structuredLogger } from "../../access/guard-host.ts";
import { describeNodeRequest, loggerOfNodeRequest } from "../../access/node-host.ts";

/** What routers and koa-mount set on a context. */
interface Routed {
  /** @koa/router and koa-router: a pattern or a regular expression. */
  readonly _matchedRoute?: unknown;
  /** koa-route. */
  readonly routePath?: unknown;
  /** koa-better-router. */
  readonly route?: { readonly path?: unknown };
  /** koa-mount: the innermost prefix, which it has removed from the path. */
  readonly mountPath?: unknown;
}

export const host: GuardHost<Context> = {
  adapter: "koa",
  describe: (context) => {
    const { originalUrl, req, state } = context;
    const { requestId, ...described } = describeNodeRequest(req, routeOf(context as Routed));
    return { ...described, path: originalUrl, requestId: requestId ?? state.requestId };
  },
  // koa-pino-logger sets both.
  logger: ({ log, req }) => structuredLogger(log) ?? loggerOfNodeRequest(req),
};

function routeOf({ _matchedRoute, routePath, route, mountPath }: Routed): string | undefined {
  const pattern = _matchedRoute ?? routePath ?? route?.path;
  if (typeof pattern !== "string" && !(pattern instanceof RegExp)) return undefined;
  return typeof mountPath === "string" && mountPath !== "/" ? `${mountPath}${pattern}` : String(pattern);
}
