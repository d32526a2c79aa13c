import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { requireScopes } from "@usher-auth/verify";
import { enforce, usher } from "@usher-auth/verify/hono";
import { type Context, Hono } from "hono";
import { every } from "hono/combine";
import { createFactory } from "hono/factory";
import { LinearRouter } from "hono/router/linear-router";
import type { TargetShapes } from "../target.ts";
import { anotherCopy } from "./another-copy.ts";
import { listen } from "./server.ts";

export const honoShapes: TargetShapes = {
  owned: {
    "app.route()": "/routed/{owner}",
    "app.route() in app.route()": "/outer/inner/{owner}",
    "app.route() below the owner": "/below/{owner}/tasks",
    "app.route() of an app with another router": "/linear/{owner}",
    "app.route() of an app of a second copy of Hono": "/copy/{owner}",
    "app.basePath()": "/based/{owner}",
    "app.basePath() with the owner": "/base-of/{owner}/tasks",
    "chained handlers without paths": "/chain/{owner}",
    "app.on()": "/on/{owner}",
    "app.all()": "/all/{owner}",
    "handlers of a factory": "/factory/{owner}",
    "app.mount()": "/mounted/{owner}/anything",
    "middleware that responds": "/middleware/{owner}/anything",
    "a regular expression": "/regular/{owner}",
    "before a wildcard": "/files/{owner}/a/b",
    "next to a wildcard": "/beside/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
    "a guarded app in one without a guard": "/inner/{owner}",
    "a guarded app below the owner": "/inner-below/{owner}/tasks",
  },
  scoped: {
    "of a route": "/scoped",
    "of a path": "/scoped-path/anything",
    "of a mounted app": "/scoped-app/anything",
    "of a mounted app of a second copy of Hono": "/scoped-copy/anything",
    "of the app that mounts": "/scoped-mount/anything",
    "of a factory's handlers": "/scoped-factory",
    "of app.on()": "/scoped-on",
    "of every()": "/scoped-every",
  },
  open: { "before the guard": "/open", "an app that is mounted before the guard": "/open-app/tasks" },
  rejected: {
    "an optional owner that is missing": "/optional",
    "another spelling": "/misspelt/alice",
    "another spelling in the path of an app that mounts": "/misspelt-mount/alice/tasks",
    "an owner twice": "/twice/alice/deep/alice",
  },
  async start(options, handle) {
    const run = (c: Context) => c.json(handle({ params: c.req.param() }));
    const policy = enforce(requireScopes("tasks:write"));
    const open = new Hono().get("/open", run).route("/open-app", new Hono().get("/tasks", run));
    const app = usher(open as Hono, options);

    app.route("/routed", new Hono().get("/:userId", run));
    app.route("/outer", new Hono().route("/inner", new Hono().get("/:userId", run)));
    app.route("/below/:userId", new Hono().get("/tasks", run));
    app.route("/linear", new Hono({ router: new LinearRouter() }).get("/:userId", run));
    const Copy = anotherCopy<{ Hono: typeof Hono }>("hono").Hono;
    app.route("/copy", new Copy().get("/:userId", run));
    app.route("/scoped-copy", new Copy().use(policy as never).get("/anything", run));
    app.basePath("/based").get("/:userId", run);
    app.basePath("/base-of/:userId").get("/tasks", run);
    app.get("/chain/:userId", run).post(run).delete(run);
    app.on(["GET", "DELETE"], ["/on/:userId", "/on-other/:userId"], run);
    app.all("/all/:userId", run);
    app.get("/factory/:userId", ...createFactory().createHandlers(async (_c, next) => next(), run));
    app.mount("/mounted/:userId", () => Response.json(handle({})));
    app.use("/middleware/:userId/*", async (c) => run(c));
    app.get("/regular/:userId{[a-z]+}", run);
    app.get("/files/:userId/*", run);
    app.get("/beside/:userId", run).get("/beside/*", run);
    app.get("/teams/:teamId/users/:userId", run);

    app.get("/scoped", policy, run);
    app.use("/scoped-path/*", policy).get("/scoped-path/anything", run);
    app.route("/scoped-app", new Hono().use(policy as never).get("/anything", run));
    app.use("/scoped-mount/*", policy).mount("/scoped-mount", () => Response.json(handle({})));
    app.get("/scoped-factory", ...createFactory().createHandlers(policy as never, run));
    app.on("GET", "/scoped-on", policy, run);
    app.get("/scoped-every", every(policy as never), run);

    app.get("/optional/:userId?", run);
    app.get("/misspelt/:user_id", run);
    app.route("/misspelt-mount/:userid", new Hono().get("/tasks", run));
    app.get("/twice/:userId/deep/:userId", run);

    // Each of these has its own guard, in an app without one.
    const inner = usher(new Hono(), options).get("/:userId", run);
    const below = usher(new Hono(), options).get("/tasks", run);
    const outside = new Hono().route("/inner", inner).route("/inner-below/:userId", below).route("/", app);
    return listen(createAdaptorServer({ fetch: outside.fetch }) as Server);
  },
};
