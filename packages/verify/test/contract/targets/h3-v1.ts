import { createServer } from "node:http";
import { type Policy, requireClaim, requireScopes, type TokenClaims } from "@usher-auth/verify";
import { enforce, principalOf, usher } from "@usher-auth/verify/h3-v1";
import {
  createApp,
  createRouter,
  defineEventHandler,
  getRouterParams,
  type H3Event,
  toNodeListener,
} from "h3-v1";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { h3V1Callers } from "./h3-v1-callers.ts";
import { h3V1Shapes } from "./h3-v1-shapes.ts";
import { listen } from "./server.ts";

export const h3V1Target: ContractTarget = {
  name: "h3 1",
  tells: { adapter: "h3-v1" },
  shapes: h3V1Shapes,
  callers: h3V1Callers,
  exceptions: {
    "every target has the paths that are always rejected": "h3 1's router has no optional parameters",
    "a colon, as the router decodes it: /api/:userId/tasks":
      "h3 1 takes it for the pattern itself and returns no parameter, so the guard rejects everyone",
    "a letter escaped twice, as the router decodes it: /api/%2561lice/tasks":
      "h3 returns a parameter decoded and undecoded; an id with an escape would have two values, so it is rejected",
  },
  async start(options, handle) {
    const app = createApp();
    const params = (event: H3Event) => getRouterParams(event, { decode: true });
    const answer = defineEventHandler((event) =>
      handle({ principal: principalOf(event), params: params(event) }),
    );
    const scoped = (policy: Policy<TokenClaims>) =>
      defineEventHandler({ onRequest: enforce(policy), handler: answer });

    const open = createRouter().get(
      "/public",
      defineEventHandler(() => handle({})),
    );
    for (const path of ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"])
      open.get(
        path,
        defineEventHandler((event) => handle({ params: params(event) })),
      );
    const guarded = createRouter()
      .get("/me", answer)
      .use("/api/:userId/tasks", answer)
      .get("/api/:userId/tasks/:taskId", answer)
      .get("/scoped", scoped(requireScopes("tasks:write")))
      .get("/role", scoped(requireClaim(({ role }) => role === "admin")))
      .get("/api/:userId/scoped", scoped(requireScopes("tasks:read", "tasks:write")))
      .get("/broken", scoped(requireClaim(brokenPolicy)))
      .get(
        "/throws",
        defineEventHandler(() => {
          throw new Error(handlerFailure);
        }),
      );
    app
      .use(open)
      .use(defineEventHandler(usher(options)))
      .use(guarded);
    return listen(createServer(toNodeListener(app)));
  },
};
