import { createServer } from "node:http";
import { createRequire } from "node:module";
import Router from "@koa/router";
import { requireScopes } from "@usher-auth/verify";
import { enforce, enforceOwner, type UsherState, usher } from "@usher-auth/verify/koa";
import Koa from "koa";
import TreeRouter from "koa-tree-router";
import type { Handle, TargetShapes } from "../target.ts";
import { anotherCopy } from "./another-copy.ts";
import { listen } from "./server.ts";

// These have no types.
const require = createRequire(import.meta.url);
type Run = (context: Koa.Context) => unknown;
const route = require("koa-route") as { get(path: string, run: Run): Koa.Middleware };
const mount = require("koa-mount") as (path: string, app: Koa) => Koa.Middleware;

export const koaShapes: TargetShapes = {
  owned: {
    "a nested router": "/nested/{owner}/tasks",
    "a prefix": "/prefixed/{owner}",
    "koa-tree-router": "/tree/{owner}",
    "koa-route": "/route/{owner}",
    "a mounted app": "/mounted/{owner}",
    "a mounted app and router of second copies": "/copy/{owner}",
    "no router, and enforceOwner": "/split/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a route": "/separate-route",
    "of a router": "/router/anything",
    "of everything in a nested router": "/nested-scoped/anything",
    "of a mounted app": "/mounted-scoped/anything",
  },
  open: { "a router before the guard": "/open" },
  rejected: {
    "an optional owner that is missing": "/optional",
    "another spelling": "/misspelt/alice",
    "an optional owner of koa-route": "/optional-route",
  },
  start(options, handle) {
    const run: Run = (context) => {
      context.body = handle({ params: context.params });
    };
    const app = new Koa();
    app.use(new Router().get("/open", run).routes());
    app.use(usher(options));
    app.use(nestedRouters(run));
    app.use(new TreeRouter().get("/tree/:userId", run as never).routes() as never);
    app.use(route.get("/route/:userId", run)).use(route.get("/optional-route/:userId?", run));
    app.use(mount("/mounted", new Koa().use(new Router().get("/:userId", run).routes() as never)));
    const [AppCopy, RouterCopy] = [anotherCopy<typeof Koa>("koa"), anotherCopy<typeof Router>("@koa/router")];
    app.use(mount("/copy", new AppCopy().use(new RouterCopy().get("/:userId", run).routes() as never)));
    app.use(mount("/mounted-scoped", mountedApp(handle)));
    const owner = enforceOwner(({ path }) => path.split("/")[2]);
    app.use((context, next) =>
      context.path.startsWith("/split/") ? owner(context as never, async () => run(context)) : next(),
    );
    return listen(createServer(app.callback()));
  },
};

const scoped = () => enforce(requireScopes("tasks:write"));

function mountedApp(handle: Handle): Koa<UsherState> {
  const app = new Koa<UsherState>();
  app.use(scoped());
  app.use((context) => {
    context.body = handle({});
  });
  return app;
}

function nestedRouters(run: Run): Koa.Middleware {
  const router = new Router<UsherState>();
  router.use("/nested/:userId", new Router().get("/tasks", run).routes() as never);
  router.use(new Router({ prefix: "/prefixed" }).get("/:userId", run).routes() as never);
  router.get("/teams/:teamId/users/:userId", run);
  router.get("/separate-route", scoped(), run);
  router.use("/router", scoped());
  router.get("/router/anything", run);
  router.use("/nested-scoped", new Router<UsherState>().use(scoped()).get("/anything", run).routes());
  router.get("/optional{/:userId}", run);
  router.get("/misspelt/:user_id", run);
  return router.routes() as never;
}
