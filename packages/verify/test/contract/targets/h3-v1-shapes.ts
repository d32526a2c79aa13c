import { createServer } from "node:http";
import { requireScopes } from "@usher-auth/verify";
import { enforce, usher } from "@usher-auth/verify/h3-v1";
import {
  createApp,
  createRouter,
  defineEventHandler,
  defineLazyEventHandler,
  defineRequestMiddleware,
  dynamicEventHandler,
  type EventHandler,
  getRouterParams,
  type Router,
  toNodeListener,
  useBase,
} from "h3-v1";
import type { TargetShapes } from "../target.ts";
import { anotherCopy } from "./another-copy.ts";
import { listen } from "./server.ts";

export const h3V1Shapes: TargetShapes = {
  owned: {
    "a router": "/router/{owner}",
    "a router below a base": "/based/{owner}",
    "a router in a router": "/outer/inner/{owner}",
    "a router below the owner": "/below/{owner}/tasks",
    "an app in an app": "/app/{owner}",
    "an app in an app, each with a guard": "/guarded/{owner}",
    "a router of a second copy of h3 1": "/copy-router/{owner}",
    "an app of a second copy of h3 1": "/copy-app/{owner}",
    "a lazy handler": "/lazy/{owner}",
    "a dynamic handler": "/dynamic/{owner}",
    "an object handler": "/object/{owner}",
    "a hook that responds": "/hook/{owner}",
    "all methods": "/all/{owner}",
    "router.add()": "/added/{owner}",
    "a preemptive router": "/preemptive/{owner}",
    "before a wildcard": "/files/{owner}/a/b",
    "next to a wildcard": "/beside/{owner}",
    "a wildcard": "/wild/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of an object handler": "/scoped",
    "of a list of hooks": "/scoped-list",
    "in the handler": "/scoped-inside",
    "of a path": "/scoped-path/anything",
    "of a handler of a second copy of h3 1": "/scoped-copy",
    "of an app in an app": "/scoped-app/anything",
  },
  open: { "a router before the guard": "/open" },
  rejected: {
    "another spelling": "/misspelt/alice",
    "another spelling of a wildcard": "/misspelt-wild/alice",
  },
  async start(options, handle) {
    const run = defineEventHandler((event) => handle({ params: getRouterParams(event, { decode: true }) }));
    const guard = () => defineEventHandler(usher(options));
    const policy = enforce(requireScopes("tasks:write"));
    const get = (path: string, handler: EventHandler = run): Router => createRouter().get(path, handler);
    const app = createApp().use(get("/open")).use(guard());

    app.use(get("/router/:userId")).use("/based", get("/:userId").handler);
    app.use(createRouter().use("/outer/**", useBase("/outer", get("/inner/:userId").handler)));
    app.use(
      createRouter().use(
        "/below/:userId/**",
        defineEventHandler((event) => get(event.path).handler(event)),
      ),
    );
    app.use("/app", createApp().use(get("/:userId")).handler);
    app.use("/guarded", createApp().use(guard()).use(get("/:userId")).handler);
    const copy = anotherCopy<typeof import("h3-v1")>("h3-v1");
    app.use(copy.createRouter().get("/copy-router/:userId", run));
    app.use("/copy-app", copy.createApp().use(copy.createRouter().get("/:userId", run)).handler);
    app.use(get("/scoped-copy", copy.defineEventHandler({ onRequest: policy, handler: run })));
    app.use(
      get(
        "/lazy/:userId",
        defineLazyEventHandler(async () => run),
      ),
    );
    app.use(get("/dynamic/:userId", dynamicEventHandler(run)));
    app.use(get("/object/:userId", defineEventHandler({ handler: run })));
    const answering = defineRequestMiddleware(async (event) => {
      event.node.res.setHeader("content-type", "application/json").end(JSON.stringify(await run(event)));
    });
    app.use(get("/hook/:userId", defineEventHandler({ onRequest: answering, handler: () => ({}) })));
    app.use(createRouter().use("/all/:userId", run).add("/added/:userId", run, ["get", "post"]));
    app.use(createRouter({ preemptive: false }).get("/preemptive/:userId", run));
    app.use(createRouter().get("/files/:userId/**", run).get("/wild/**:userId", run));
    app.use(createRouter().get("/beside/:userId", run).get("/beside/**", run));
    app.use(get("/teams/:teamId/users/:userId"));

    app.use(get("/scoped", defineEventHandler({ onRequest: policy, handler: run })));
    app.use(get("/scoped-list", defineEventHandler({ onRequest: [policy], handler: run })));
    app.use(
      get(
        "/scoped-inside",
        defineEventHandler(async (event) => {
          await policy(event);
          return run(event);
        }),
      ),
    );
    app.use("/scoped-path", defineEventHandler(policy)).use(get("/scoped-path/anything"));
    app.use("/scoped-app", createApp().use(defineEventHandler(policy)).use(get("/anything")).handler);

    app.use(get("/misspelt/:user_id")).use(get("/misspelt-wild/**:user_id"));
    return listen(createServer(toNodeListener(app)));
  },
};
