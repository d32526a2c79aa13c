import { createServer } from "node:http";
import Router from "@koa/router";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { enforce, type UsherState, usher } from "@usher-auth/verify/koa";
import Koa from "koa";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { koaCallers } from "./koa-callers.ts";
import { koaShapes } from "./koa-shapes.ts";
import { listen } from "./server.ts";

export const koaTarget: ContractTarget = {
  name: "koa",
  tells: { adapter: "koa" },
  shapes: koaShapes,
  callers: koaCallers,
  async start(options, handle) {
    const open = new Router();
    open.get("/public", (context) => {
      context.body = handle({});
    });
    open.get(["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"], (context) => {
      context.body = handle({ params: context.params });
    });

    const router = new Router<UsherState>();
    router.get("/me", (context) => {
      context.body = handle({ principal: context.state.principal });
    });
    router.all("/api/:userId/tasks", (context) => {
      context.body = handle({ principal: context.state.principal, params: context.params });
    });
    router.get("/api/:userId/tasks/:taskId", (context) => {
      context.body = handle({ principal: context.state.principal, params: context.params });
    });
    router.get("/scoped", enforce(requireScopes("tasks:write")), (context) => {
      context.body = handle({ principal: context.state.principal });
    });
    router.get("/role", enforce(requireClaim(({ role }) => role === "admin")), (context) => {
      context.body = handle({ principal: context.state.principal });
    });
    router.get("/api/:userId/scoped", enforce(requireScopes("tasks:read", "tasks:write")), (context) => {
      context.body = handle({ principal: context.state.principal, params: context.params });
    });
    router.get("/broken", enforce(requireClaim(brokenPolicy)), (context) => {
      context.body = handle({ principal: context.state.principal });
    });
    router.get("/throws", () => {
      throw new Error(handlerFailure);
    });

    const app = new Koa();
    app.use(open.routes()).use(usher(options)).use(router.routes());
    return listen(createServer(app.callback()));
  },
};
