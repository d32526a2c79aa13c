import Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import { content, health, type SampleFramework } from "./sample.ts";

export const koaSample: SampleFramework = {
  name: "koa",
  isWatched: true,
  build({ gate, isEarly, isNestedOpen, isAfter }) {
    const answer: Middleware = (context) => {
      context.body = content;
    };
    const guard: Middleware = async (context, next) => {
      if (isAfter) await next();
      const refusal = gate({ method: context.method, url: context.url, header: (name) => context.get(name) });
      if (refusal !== undefined) {
        context.status = refusal.status;
        context.set(refusal.headers);
        context.body = refusal.body;
      } else if (!isAfter) await next();
    };
    const open = new Router();
    open.get("/health", (context) => {
      context.body = health;
    });
    if (isEarly) open.get("/early", answer);
    const reports = new Router().get("/reports", answer);
    if (isNestedOpen) open.use("/nested", reports.routes());
    const router = new Router();
    const tasks = new Router({ prefix: "/api/:userId" });
    tasks.get("/tasks", answer).post("/tasks", answer);
    tasks.delete("/tasks/:taskId", (_context, next) => next(), answer);
    router.use(tasks.routes());
    router.get("/orgs/:orgId/members", answer).get("/profiles/:uid", answer);
    if (!isNestedOpen) router.use("/nested", reports.routes());
    const app = new Koa({ silent: true } as object);
    app.silent = true;
    app.use(open.routes()).use(guard).use(router.routes()).use(router.allowedMethods());
    return { app };
  },
};
