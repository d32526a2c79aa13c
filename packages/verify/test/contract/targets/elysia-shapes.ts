import type { AddressInfo } from "node:net";
import { node } from "@elysiajs/node";
import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import type { TargetShapes } from "../target.ts";
import { listen } from "./elysia-server.ts";

// Mounted servers are in elysia-shapes.test.ts: Elysia creates a Request for them, which fails on a socket
// after Hono's server for Node has replaced the Request class in this process.
export const elysiaShapes: TargetShapes = {
  owned: {
    "a plugin": "/plugin/{owner}",
    "a plugin with a prefix": "/prefixed/{owner}",
    "a group": "/group/{owner}/tasks",
    "a guard() with a callback": "/guarded/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a plugin that uses the one with the guard": "/plugin",
    "of a group": "/group",
    "of a guard()": "/guarded",
    "of a guard() with a callback": "/called",
    "of a macro": "/macro",
    "of a constant": "/constant",
  },
  open: { "in a plugin": "/plugin/open", "in a guard()": "/guarded/open", "in a group": "/open/group" },
  rejected: {
    "an optional owner that is missing": "/optional",
    "another spelling": "/misspelt/alice",
    "an owner twice": "/twice/alice/alice",
  },
  async start(options, handle) {
    const policies = [requireScopes("tasks:write")];
    // A new array for each, because Elysia writes into the options.
    const scoped = () => ({ policies: [...policies] });
    const guard = usher(options);
    const auth = new Elysia({ name: "auth" }).use(guard);
    const plugin = new Elysia({ name: "plugin" })
      .use(auth)
      .get("/plugin", () => handle({}), scoped())
      .get("/plugin/open", () => handle({}), { public: true })
      .get("/plugin/:userId", ({ params }) => handle({ params }));
    const guarded = new Elysia()
      .use(auth)
      .guard(scoped())
      .get("/guarded", () => handle({}))
      .get("/guarded/open", () => handle({}), { public: true });
    const app = new Elysia({ adapter: node() })
      .use(auth)
      .use(plugin)
      .use(new Elysia({ prefix: "/prefixed" }).get("/:userId", ({ params }) => handle({ params })))
      .use(guarded)
      .group("/group", scoped(), (group) => group.get("", () => handle({})))
      .group("/group/:userId", (group) => group.get("/tasks", ({ params }) => handle({ params })))
      .group("/open", { public: true }, (group) => group.get("/group", () => handle({})))
      .guard({}, (called) => called.get("/guarded/:userId", ({ params }) => handle({ params })))
      .guard(scoped(), (called) => called.get("/called", () => handle({})))
      .macro({ writers: scoped() })
      .get("/macro", () => handle({}), { writers: true })
      .mount(
        "/mounted",
        new Elysia().use(guard).get("/:userId", ({ params }) => handle({ params })),
      )
      .get("/constant", "constant", scoped())
      .get("/teams/:teamId/users/:userId", ({ params }) => handle({ params }))
      .get("/optional/:userId?", ({ params }) => handle({ params }))
      .get("/misspelt/:user_id", ({ params }) => handle({ params }))
      .get("/twice/:userId/:userId", ({ params }) => handle({ params }));
    const server = await listen(app);
    return {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};
