import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import { Hono } from "hono";
import { hostWithoutRawHeaders } from "../hosts.ts";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { createFetchApp } from "./fetch-app.ts";
import { fetchParamsCallers, fetchPathCallers } from "./fetch-callers.ts";
import { fetchParamShapes, fetchPathShapes } from "./fetch-shapes.ts";
import { listen } from "./server.ts";

/**
 * One handler for a whole server, with the guard's own patterns, as for Bun.serve, Deno.serve and Workers.
 */
export const fetchPathsTarget: ContractTarget = {
  name: "fetch with patterns",
  tells: { adapter: "fetch" },
  shapes: fetchPathShapes,
  callers: fetchPathCallers,
  exceptions: { [hostWithoutRawHeaders]: "its host creates a Request from Node's raw headers" },
  start: (options, handle) =>
    listen(createAdaptorServer({ fetch: createFetchApp(options, handle) }) as Server),
};

/** One handler per route, with a framework's parameters as a promise, as in Next.js. */
export const fetchParamsTarget: ContractTarget = {
  name: "fetch with a framework's parameters",
  tells: { adapter: "fetch", hasRoutes: false },
  shapes: fetchParamShapes,
  callers: fetchParamsCallers,
  exceptions: { [hostWithoutRawHeaders]: "its host creates a Request from Node's raw headers" },
  async start(options, handle) {
    const guard = usher(options);
    interface RouteContext {
      readonly params: Promise<Record<string, string>>;
    }
    const params = (_request: Request, context: RouteContext) => context.params;
    const own = guard.protect({ params }, (_request, access) => Response.json(handle(access)));
    const scoped = guard.protect({ params, policies: [requireScopes("tasks:write")] }, (_request, access) =>
      Response.json(handle(access)),
    );
    const both = guard.protect(
      { params, policies: [requireScopes("tasks:read", "tasks:write")] },
      (_request, access) => Response.json(handle(access)),
    );
    const role = guard.protect(
      { params, policies: [requireClaim(({ role }) => role === "admin")] },
      (_request, access) => Response.json(handle(access)),
    );
    const broken = guard.protect({ params, policies: [requireClaim(brokenPolicy)] }, (_request, access) =>
      Response.json(handle(access)),
    );
    const throws = guard.protect({ params }, () => {
      throw new Error(handlerFailure);
    });
    const unknown = guard.protect({ path: "/no-such-path" }, () => new Response());

    // Instead of a framework: Hono's router finds the handler and decodes the parameters.
    const framework = new Hono();
    const mount = (path: string, handler: typeof own) =>
      framework.all(path, (c) =>
        handler(c.req.raw, { params: Promise.resolve(c.req.param() as Record<string, string>) }),
      );
    framework.get("/public", (c) => c.json(handle({})));
    framework.get("/echo/:userId/tasks", (c) => c.json(handle({ params: c.req.param() })));
    framework.get("/echo/:userId/tasks/:taskId", (c) => c.json(handle({ params: c.req.param() })));
    for (const path of ["/me", "/api/:userId/tasks", "/api/:userId/tasks/:taskId"]) mount(path, own);
    mount("/scoped", scoped);
    mount("/api/:userId/scoped", both);
    mount("/role", role);
    mount("/broken", broken);
    mount("/throws", throws);
    framework.all("*", (c) => unknown(c.req.raw));
    return listen(createAdaptorServer({ fetch: framework.fetch }) as Server);
  },
};
