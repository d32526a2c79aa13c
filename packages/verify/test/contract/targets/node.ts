import { createServer, type ServerResponse } from "node:http";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { nodeCallers } from "./node-callers.ts";
import { nodeShapes } from "./node-shapes.ts";
import { listen } from "./server.ts";

const ownPaths = ["/me", "/api/:userId/tasks", "/api/:userId/tasks/:taskId"] as const;

export const nodeTarget: ContractTarget = {
  name: "node",
  tells: { adapter: "node" },
  shapes: nodeShapes,
  callers: nodeCallers,
  async start(options, handle) {
    const guard = usher(options);
    const answer = (response: ServerResponse, body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));

    const scoped = guard.protect(
      { path: "/scoped", policies: [requireScopes("tasks:write")] },
      (_request, response, access) => answer(response, handle(access)),
    );
    const ownScoped = guard.protect(
      { path: "/api/:userId/scoped", policies: [requireScopes("tasks:read", "tasks:write")] },
      (_request, response, access) => answer(response, handle(access)),
    );
    const role = guard.protect(
      { path: "/role", policies: [requireClaim(({ role }) => role === "admin")] },
      (_request, response, access) => answer(response, handle(access)),
    );
    const broken = guard.protect(
      { path: "/broken", policies: [requireClaim(brokenPolicy)] },
      (_request, response, access) => answer(response, handle(access)),
    );
    const echo = usher({ ...options, ownerParam: null }).protect(
      { path: ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"] },
      (_request, response, { params }) => answer(response, handle({ params })),
    );
    const main = guard.protect({ path: [...ownPaths, "/throws"] }, (_request, response, access) => {
      if (access.path === "/throws") throw new Error(handlerFailure);
      return answer(response, handle(access));
    });

    const server = createServer(async (request, response) => {
      const path = request.url ?? "";
      try {
        if (path === "/public") answer(response, handle({}));
        else if (path === "/scoped") await scoped(request, response);
        else if (path === "/role") await role(request, response);
        else if (path === "/broken") await broken(request, response);
        else if (/^\/api\/[^/]+\/scoped$/.test(path)) await ownScoped(request, response);
        else if (/echo/i.test(path)) await echo(request, response);
        else await main(request, response);
      } catch {
        response.writeHead(500).end();
      }
    });
    return listen(server);
  },
};
