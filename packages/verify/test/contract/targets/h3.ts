import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/h3";
import { getRouterParams, H3, type H3Event, serve } from "h3";
import { hostWithoutRawHeaders } from "../hosts.ts";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { h3Callers } from "./h3-callers.ts";
import { h3Shapes } from "./h3-shapes.ts";

export const h3Target: ContractTarget = {
  name: "h3",
  tells: { adapter: "h3" },
  shapes: h3Shapes,
  callers: h3Callers,
  exceptions: {
    [hostWithoutRawHeaders]: "its host creates a Request from Node's raw headers",
    "a letter escaped twice, as the router decodes it: /api/%2561lice/tasks":
      "h3 returns a parameter decoded and undecoded; an id with an escape would have two values, so it is rejected",
  },
  async start(options, handle) {
    const app = new H3();
    app.use(usher(options));
    const answer = (event: H3Event) =>
      handle({ principal: event.context.principal, params: getRouterParams(event, { decode: true }) });

    app.get("/public", () => handle({}), { meta: { public: true } });
    for (const path of ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"])
      app.get(path, (event) => handle({ params: getRouterParams(event, { decode: true }) }), {
        meta: { public: true },
      });
    app.get("/me", answer);
    app.all("/api/:userId/tasks", answer);
    app.get("/api/:userId/tasks/:taskId", answer);
    app.get("/scoped", answer, { meta: { policies: [requireScopes("tasks:write")] } });
    app.get("/role", answer, { meta: { policies: [requireClaim(({ role }) => role === "admin")] } });
    app.get("/api/:userId/scoped", answer, {
      meta: { policies: [requireScopes("tasks:read", "tasks:write")] },
    });
    app.get("/broken", answer, { meta: { policies: [requireClaim(brokenPolicy)] } });
    app.get("/throws", () => {
      throw new Error(handlerFailure);
    });

    const server = await serve(app, { port: 0, hostname: "127.0.0.1", silent: true }).ready();
    return { origin: (server.url ?? "").replace(/\/$/, ""), close: () => server.close(true) };
  },
};
