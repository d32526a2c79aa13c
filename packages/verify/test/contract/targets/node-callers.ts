import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { usher } from "@usher-auth/verify/node";
import type { TargetCallers } from "../target.ts";
import { callerRoutes, handlerFor } from "./caller-routes.ts";
import { listen } from "./server.ts";

export const nodeCallers: TargetCallers = {
  async start(options, handle) {
    const guard = usher(options);
    const answer = (response: ServerResponse, body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));

    const greeting: RequestListener = guard.protect(
      { path: "/greeting", optionalAuth: true },
      (_request, response, { principal }) => {
        handle({ principal });
        answer(response, { principal: principal?.id ?? null });
      },
    );
    const handlers = callerRoutes.map((route) => ({
      route,
      run: guard.protect(route, (_request, response, access) => answer(response, handle(access))),
    }));
    return listen(
      createServer((request, response) => {
        const { url = "" } = request;
        const run = url.startsWith("/greeting") ? greeting : handlerFor(handlers, url);
        run(request, response);
      }),
    );
  },
};
