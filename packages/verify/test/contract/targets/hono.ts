import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { enforce, usher } from "@usher-auth/verify/hono";
import { Hono } from "hono";
import { hostWithoutRawHeaders } from "../hosts.ts";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { honoCallers } from "./hono-callers.ts";
import { honoShapes } from "./hono-shapes.ts";
import { listen } from "./server.ts";

export const honoTarget: ContractTarget = {
  name: "hono",
  tells: { adapter: "hono" },
  shapes: honoShapes,
  callers: honoCallers,
  exceptions: { [hostWithoutRawHeaders]: "its host creates a Request from Node's raw headers" },
  async start(options, handle) {
    const open = new Hono();
    open.get("/public", (c) => c.json(handle({})));
    open.get("/echo/:userId/tasks", (c) => c.json(handle({ params: c.req.param() })));
    open.get("/echo/:userId/tasks/:taskId", (c) => c.json(handle({ params: c.req.param() })));

    const app = usher(open, options);
    app.get("/me", (c) => c.json(handle({ principal: c.var.principal })));
    app.all("/api/:userId/tasks", (c) =>
      c.json(handle({ principal: c.var.principal, params: c.req.param() })),
    );
    app.get("/api/:userId/tasks/:taskId", (c) =>
      c.json(handle({ principal: c.var.principal, params: c.req.param() })),
    );
    app.get("/scoped", enforce(requireScopes("tasks:write")), (c) =>
      c.json(handle({ principal: c.var.principal })),
    );
    app.get("/role", enforce(requireClaim(({ role }) => role === "admin")), (c) =>
      c.json(handle({ principal: c.var.principal })),
    );
    app.get("/api/:userId/scoped", enforce(requireScopes("tasks:read", "tasks:write")), (c) =>
      c.json(handle({ principal: c.var.principal, params: c.req.param() })),
    );
    app.get("/broken", enforce(requireClaim(brokenPolicy)), (c) =>
      c.json(handle({ principal: c.var.principal })),
    );
    app.get("/throws", () => {
      throw new Error(handlerFailure);
    });
    return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
  },
};
