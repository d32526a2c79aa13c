import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { usher } from "@usher-auth/verify/fetch";
import { Hono } from "hono";
import type { TargetCallers } from "../target.ts";
import { callerRoutes } from "./caller-routes.ts";
import { createFetchCallers } from "./fetch-callers-app.ts";
import { listen } from "./server.ts";

export const fetchPathCallers: TargetCallers = {
  start: (options, handle) =>
    listen(createAdaptorServer({ fetch: createFetchCallers(options, handle) }) as Server),
};

/** One handler per route. Hono's router decodes the parameters, instead of a framework's. */
export const fetchParamsCallers: TargetCallers = {
  async start(options, handle) {
    const guard = usher(options);
    type Context = { readonly params: Promise<Record<string, string>> };
    const params = (_request: Request, context: Context) => context.params;
    const framework = new Hono();

    for (const { path, ...rules } of callerRoutes) {
      const run = guard.protect({ params, ...rules }, (_request, access) => Response.json(handle(access)));
      for (const pattern of [path].flat())
        framework.all(pattern, (c) => run(c.req.raw, { params: Promise.resolve(c.req.param()) }));
    }
    const greeting = guard.protect({ params, optionalAuth: true }, (_request, { principal }) => {
      handle({ principal });
      return Response.json({ principal: principal?.id ?? null });
    });
    framework.all("/greeting", (c) => greeting(c.req.raw, { params: Promise.resolve({}) }));
    framework.on(["GET", "HEAD"], "/.well-known/oauth-protected-resource/*", (c) =>
      guard.metadata(c.req.raw),
    );
    const unknown = guard.protect({ path: "/no-such-path" }, () => new Response());
    framework.all("*", (c) => unknown(c.req.raw));
    return listen(createAdaptorServer({ fetch: framework.fetch }) as Server);
  },
};
