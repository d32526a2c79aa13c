import { createServer } from "node:http";
import { usher } from "@usher-auth/verify/node";
import express from "express";
import type { TargetCallers } from "../target.ts";
import { callerRoutes, handlerFor } from "./caller-routes.ts";
import { listen } from "./server.ts";

export const connectCallers: TargetCallers = {
  async start(options, handle) {
    const guard = usher(options);
    const greeting = guard.middleware({ path: "/greeting", optionalAuth: true });
    const handlers = callerRoutes.map((route) => ({ route, run: guard.middleware(route) }));

    const app = express();
    app.use((request, response, next) => {
      const run = request.path === "/greeting" ? greeting : handlerFor(handlers, request.url);
      run(request, response, next);
    });
    app.use("/greeting", (request, response) => {
      const { principal } = guard.optionalAccessOf(request);
      handle({ principal });
      response.json({ principal: principal?.id ?? null });
    });
    app.use((request, response) => void response.json(handle(guard.accessOf(request))));
    return listen(createServer(app));
  },
};
