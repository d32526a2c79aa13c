import type { AddressInfo } from "node:net";
import { node } from "@elysiajs/node";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import { hostWithoutRawHeaders } from "../hosts.ts";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { elysiaCallers } from "./elysia-callers.ts";
import { listen } from "./elysia-server.ts";
import { elysiaShapes } from "./elysia-shapes.ts";

export const elysiaTarget: ContractTarget = {
  name: "elysia",
  tells: { adapter: "elysia" },
  shapes: elysiaShapes,
  callers: elysiaCallers,
  exceptions: { [hostWithoutRawHeaders]: "its host creates a Request from Node's raw headers" },
  async start(options, handle) {
    const guard = usher(options);
    const app = new Elysia({ adapter: node() })
      .use(guard)
      .get("/public", () => handle({}), { public: true })
      .get("/echo/:userId/tasks", ({ params }) => handle({ params }), { public: true })
      .get("/echo/:userId/tasks/:taskId", ({ params }) => handle({ params }), { public: true })
      .get("/me", ({ principal }) => handle({ principal }))
      .all("/api/:userId/tasks", ({ principal, params }) => handle({ principal, params }))
      .get("/api/:userId/tasks/:taskId", ({ principal, params }) => handle({ principal, params }))
      .get("/scoped", ({ principal }) => handle({ principal }), { policies: [requireScopes("tasks:write")] })
      .get("/role", ({ principal }) => handle({ principal }), {
        policies: [requireClaim(({ role }) => role === "admin")],
      })
      .get("/api/:userId/scoped", ({ principal, params }) => handle({ principal, params }), {
        policies: [requireScopes("tasks:read", "tasks:write")],
      })
      .get("/broken", ({ principal }) => handle({ principal }), { policies: [requireClaim(brokenPolicy)] })
      .get("/throws", () => {
        throw new Error(handlerFailure);
      });
    const server = await listen(app);
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      origin,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};
