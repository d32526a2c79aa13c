import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/h3";
import {
  defineHandler,
  defineLazyEventHandler,
  definePlugin,
  defineRoute,
  defineValidatedHandler,
  dynamicEventHandler,
  getRouterParams,
  H3,
  type H3Event,
  serve,
  withBase,
} from "h3";
import type { TargetShapes } from "../target.ts";

export const h3Shapes: TargetShapes = {
  owned: {
    "a mounted app": "/mounted/{owner}",
    "a mounted app in a mounted app": "/outer/inner/{owner}",
    "a mounted app below the owner": "/below/{owner}/tasks",
    "a mounted fetch handler below the owner": "/fetched/{owner}/tasks",
    "a mounted app with its own guard": "/guarded/{owner}",
    "another app as a handler, with its own guard": "/handler/{owner}",
    "another app as a handler": "/as-handler/{owner}",
    "another app as middleware": "/as-middleware/{owner}",
    "another app by withBase()": "/with-base/{owner}",
    "another app in another app": "/nested-handler/deep/{owner}",
    "a plugin": "/plugin/{owner}",
    "defineHandler()": "/defined/{owner}",
    "defineRoute()": "/define-route/{owner}",
    "a validated handler": "/validated/{owner}",
    "a lazy handler": "/lazy/{owner}",
    "a dynamic handler": "/dynamic/{owner}",
    "app.all()": "/all/{owner}",
    "app.on()": "/on/{owner}",
    "middleware of the route": "/route-middleware/{owner}",
    "a regular expression": "/regular/{owner}",
    "before a wildcard": "/files/{owner}/a/b",
    "next to a wildcard": "/beside/{owner}",
    "a wildcard": "/wild/{owner}",
    "a handler that is public elsewhere": "/shared/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a route": "/scoped",
    "of defineHandler()": "/scoped-defined",
    "of defineRoute()": "/scoped-define-route",
    "of a handler that is public elsewhere": "/scoped-shared",
    "of app.all()": "/scoped-all",
    "of a route of a mounted app": "/scoped-mounted/anything",
    "of a mounted fetch handler": "/scoped-fetched/anything",
    "of another app as a handler": "/scoped-as-handler/anything",
    "of another app by withBase()": "/scoped-with-base/anything",
    "of another app as a handler, with its own guard": "/scoped-handler/anything",
  },
  open: {
    "in a mounted app": "/open-mounted/tasks",
    "by defineHandler()": "/open-defined",
    "by defineRoute()": "/open-define-route",
  },
  rejected: {
    "an optional owner that is missing": "/optional",
    "another spelling": "/misspelt/alice",
    "an optional owner of another app": "/optional-handler/here",
    "another spelling in another app": "/misspelt-handler/alice",
    "another spelling in the path of an app that mounts": "/misspelt-mount/alice/tasks",
  },
  async start(options, handle) {
    const run = (event: H3Event) => handle({ params: getRouterParams(event, { decode: true }) });
    const meta = { policies: [requireScopes("tasks:write")] };
    const open = { public: true };
    const app = new H3().use(usher(options));

    app.mount("/mounted", new H3().get("/:userId", run));
    app.mount("/outer", new H3().mount("/inner", new H3().get("/:userId", run)));
    app.mount("/below/:userId", new H3().get("/tasks", run));
    app.mount("/fetched/:userId", () => Response.json(handle({})));
    app.mount("/guarded", new H3().use(usher(options)).get("/:userId", run));
    app.all("/handler/**", new H3().use(usher(options)).get("/handler/:userId", run));
    app.all("/as-handler/**", new H3().get("/as-handler/:userId", run));
    app.use("/as-middleware/**", new H3().get("/as-middleware/:userId", run).handler);
    app.all("/with-base/**", withBase("/with-base", new H3().get("/:userId", run)));
    const innermost = new H3().get("/nested-handler/deep/:userId", run);
    app.all("/nested-handler/**", new H3().all("/nested-handler/deep/**", innermost));
    app.all("/scoped-as-handler/**", new H3().get("/scoped-as-handler/anything", run, { meta }));
    app.all("/scoped-with-base/**", withBase("/scoped-with-base", new H3().get("/anything", run, { meta })));
    app.all("/optional-handler/**", new H3().get("/optional-handler/here{/:userId}?", run));
    app.all("/misspelt-handler/**", new H3().get("/misspelt-handler/:user_id", run));
    app.register(definePlugin((h3) => void h3.get("/plugin/:userId", run))());
    app.get("/defined/:userId", defineHandler({ handler: run }));
    app.register(defineRoute({ method: "GET", route: "/define-route/:userId", handler: run }));
    app.get("/validated/:userId", defineValidatedHandler({ validate: {}, handler: run }));
    app.get(
      "/lazy/:userId",
      defineLazyEventHandler(async () => run),
    );
    app.get("/dynamic/:userId", dynamicEventHandler(run));
    app.all("/all/:userId", run).on("GET", "/on/:userId", run);
    app.get("/route-middleware/:userId", () => ({}), { middleware: [(event) => run(event)] });
    app.get("/regular/:userId([a-z]+)", run).get("/files/:userId/**", run).get("/wild/**:userId", run);
    app.get("/beside/:userId", run).get("/beside/**", run).get("/teams/:teamId/users/:userId", run);

    app.get("/scoped", run, { meta }).all("/scoped-all", run, { meta });
    app.get("/scoped-defined", defineHandler({ meta, handler: (event) => run(event) }));
    app.register(
      defineRoute({ method: "GET", route: "/scoped-define-route", meta, handler: (event) => run(event) }),
    );
    app.mount("/scoped-mounted", new H3().get("/anything", run, { meta }));
    app.all("/scoped-fetched/**", defineHandler({ meta, fetch: () => Response.json(handle({})) } as never));
    app.all(
      "/scoped-handler/**",
      new H3().use(usher(options)).get("/scoped-handler/anything", run, { meta }),
    );

    app.mount("/open-mounted", new H3().get("/tasks", run, { meta: open }));
    // h3 keeps their options on the function, so each of them has its own function.
    const shared = (event: H3Event) => run(event);
    app.get("/open-defined", defineHandler({ meta: open, handler: shared }));
    app.get("/shared/:userId", shared).get("/scoped-shared", shared, { meta });
    app.register(
      defineRoute({ method: "GET", route: "/open-define-route", meta: open, handler: (event) => run(event) }),
    );

    app.get("/optional{/:userId}?", run).get("/misspelt/:user_id", run);
    app.mount("/misspelt-mount/:userid", new H3().get("/tasks", run));
    const server = await serve(app, { port: 0, hostname: "127.0.0.1", silent: true }).ready();
    return { origin: (server.url ?? "").replace(/\/$/, ""), close: () => server.close(true) };
  },
};
