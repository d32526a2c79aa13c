import type { Context } from "koa";
import { type GuardHost, structuredLogger } from "../../access/guard-host.ts";
import { describeNodeRequest, loggerOfNodeRequest } from "../../access/node-host.ts";
import { pathOfTarget } from "../../http/request-target.ts";

/** What routers and koa-mount set on a context. */
interface Routed {
  /** @koa/router and koa-router: a pattern or a regular expression. */
  readonly _matchedRoute?: unknown;
  /** koa-route. */
  readonly routePath?: unknown;
  /** koa-better-router. */
  readonly route?: { readonly path?: unknown };
  /** koa-mount: the latest prefix that it has removed from the path, and does not forget afterwards. */
  readonly mountPath?: unknown;
}

export const host: GuardHost<Context> = {
  adapter: "koa",
  describe: (context) => {
    const { originalUrl, req, state } = context;
    const { requestId, ...described } = describeNodeRequest(req, routeOf(context));
    return { ...described, path: originalUrl, requestId: requestId ?? state.requestId };
  },
  // koa-pino-logger sets both.
  logger: ({ log, req }) => structuredLogger(log) ?? loggerOfNodeRequest(req),
};

function routeOf(context: Context): string | undefined {
  const { _matchedRoute, routePath, route } = context as Routed;
  const pattern = _matchedRoute ?? routePath ?? route?.path;
  if (typeof pattern !== "string" && !(pattern instanceof RegExp)) return undefined;
  const prefix = prefixOf(context);
  return prefix === undefined ? undefined : `${prefix}${pattern}`;
}

/** What was removed from the path. Undefined if that was not one prefix: the others are unknown. */
function prefixOf({ path, originalUrl, mountPath }: Context & Pick<Routed, "mountPath">): string | undefined {
  const sent = pathOfTarget(originalUrl);
  if (sent === path) return "";
  return typeof mountPath === "string" && (sent === mountPath + path || (path === "/" && sent === mountPath))
    ? mountPath
    : undefined;
}
