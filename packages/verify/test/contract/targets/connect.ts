import { createServer } from "node:http";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import express from "express";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { connectCallers } from "./connect-callers.ts";
import { connectShapes } from "./connect-shapes.ts";
import { listen } from "./server.ts";

/**
 * Connect-style middleware, hosted by Express. Express's router is not used; the patterns are the guard's
 * own.
 */
export const connectTarget: ContractTarget = {
  name: "node as Connect-style middleware",
  tells: { adapter: "node" },
  shapes: connectShapes,
  callers: connectCallers,
  async start(options, handle) {
    const guard = usher(options);
    const open = usher({ ...options, ownerParam: null });
    const app = express();
    app.get("/public", (_request, response) => void response.json(handle({})));
    app.use((request, response, next) => {
      const isEcho = /echo/i.test(request.url);
      const enter = isEcho
        ? echo
        : (byPath[request.path] ?? (request.path.endsWith("/scoped") ? ownScoped : main));
      enter(request, response, next);
    });
    app.use("/throws", () => {
      throw new Error(handlerFailure);
    });
    app.use((request, response) => {
      const { principal, params } = (/echo/i.test(request.originalUrl) ? open : guard).accessOf(request);
      response.json(handle({ principal, params }));
    });

    const echo = open.middleware({ path: ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"] });
    const main = guard.middleware({
      path: ["/me", "/throws", "/api/:userId/tasks", "/api/:userId/tasks/:taskId"],
    });
    const ownScoped = guard.middleware({
      path: "/api/:userId/scoped",
      policies: [requireScopes("tasks:read", "tasks:write")],
    });
    const byPath: Readonly<Record<string, typeof main>> = {
      "/scoped": guard.middleware({ path: "/scoped", policies: [requireScopes("tasks:write")] }),
      "/role": guard.middleware({ path: "/role", policies: [requireClaim(({ role }) => role === "admin")] }),
      "/broken": guard.middleware({ path: "/broken", policies: [requireClaim(brokenPolicy)] }),
    };
    return listen(createServer(app));
  },
};
