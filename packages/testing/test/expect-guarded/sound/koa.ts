import Router from "@koa/router";
import { enforce, owner, type UsherState, usher } from "@usher-auth/verify/koa";
import Koa, { type Middleware } from "koa";
import { corsHeaders, isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundKoa: SoundFramework = {
  name: "koa",
  build(options) {
    const guard = usher(options);
    const send =
      (body: object): Middleware =>
      (context) => {
        context.body = body;
      };
    const open = new Router();
    open.get("/health", send({ status: "ok" }));
    open.get("/greeting", guard.optional as Middleware, send({ hello: "stranger" }));
    const tasks = new Router<UsherState>({ prefix: "/api/:userId" });
    tasks.get("/tasks", send({ tasks: [task] }));
    tasks.post("/tasks", (context) => {
      context.status = 400;
    });
    tasks.delete("/tasks/:taskId", (context) => {
      context.status = context.params.taskId === task.id ? 204 : 404;
    });
    const router = new Router<UsherState>();
    router.use(tasks.routes());
    router.get("/orgs/:orgId/users/:userId", send({ member: true }));
    router.get("/orgs/:orgId", send({ members: [] }));
    router.get("/admin", enforce(isAdmin), send({ users: [] }));
    router.get("/support/:userId", owner({ or: [isSupport] }), send({ tickets: [] }));
    const app = new Koa();
    app.use(async (context, next) => {
      context.set(corsHeaders);
      if (context.method === "OPTIONS") context.status = 204;
      else await next();
    });
    app.use(open.routes()).use(guard).use(router.routes()).use(router.allowedMethods());
    return { app };
  },
};
