import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { fastifyCallers } from "./fastify-callers.ts";
import { fastifyShapes } from "./fastify-shapes.ts";

export const fastifyTarget: ContractTarget = {
  name: "fastify",
  tells: { adapter: "fastify" },
  shapes: fastifyShapes,
  callers: fastifyCallers,
  async start(options, handle) {
    // Closes connections immediately: a test may leave a request without a response.
    const app = fastify({ forceCloseConnections: true });
    await app.register(usher, options);
    type Params = { Params: Record<string, string> };

    app.get("/public", { config: { public: true } }, () => handle({}));
    for (const url of ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"])
      app.get<Params>(url, { config: { public: true } }, ({ params }) => handle({ params }));
    app.get("/me", ({ principal }) => handle({ principal }));
    app.all<Params>("/api/:userId/tasks", ({ principal, params }) => handle({ principal, params }));
    app.get<Params>("/api/:userId/tasks/:taskId", ({ principal, params }) => handle({ principal, params }));
    app.get("/scoped", { config: { policies: [requireScopes("tasks:write")] } }, ({ principal }) =>
      handle({ principal }),
    );
    app.get(
      "/role",
      { config: { policies: [requireClaim(({ role }) => role === "admin")] } },
      ({ principal }) => handle({ principal }),
    );
    app.get<Params>(
      "/api/:userId/scoped",
      { config: { policies: [requireScopes("tasks:read", "tasks:write")] } },
      ({ principal, params }) => handle({ principal, params }),
    );
    app.get("/broken", { config: { policies: [requireClaim(brokenPolicy)] } }, ({ principal }) =>
      handle({ principal }),
    );
    app.get("/throws", () => {
      throw new Error(handlerFailure);
    });

    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    return { origin, close: () => app.close() };
  },
};
