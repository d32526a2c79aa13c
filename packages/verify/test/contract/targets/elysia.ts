import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { node } from "@elysiajs/node";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";

export const elysiaTarget: ContractTarget = {
  name: "elysia",
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

/** Elysia's adapter for Node says that it listens before it does, and only its server knows the port. */
export async function listen(app: {
  listen(options: object, started: (server: unknown) => void): unknown;
}): Promise<Server> {
  const started = await new Promise<unknown>((resolve) => app.listen({ port: 0, hostname: "127.0.0.1" }, resolve));
  const { server } = (started as { raw: { node: { server: Server } } }).raw.node;
  if (!server.listening) await once(server, "listening");
  return server;
}
