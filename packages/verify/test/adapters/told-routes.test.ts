import { createServer, IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { PassThrough } from "node:stream";
import Router from "@koa/router";
import express5 from "express";
import express4 from "express-4";
import { H3 } from "h3";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GuardOptions, LoggedRefusal } from "../../src/access/index.ts";
import { usher as express } from "../../src/adapters/express.ts";
import { usher as fetchGuard } from "../../src/adapters/fetch.ts";
import { usher as h3 } from "../../src/adapters/h3.ts";
import { usher as hono } from "../../src/adapters/hono.ts";
import { enforce, usher as koa } from "../../src/adapters/koa.ts";
import { usher as node } from "../../src/adapters/node.ts";
import { usher as sockets } from "../../src/adapters/websocket.ts";
import { subscribe } from "../../src/events/index.ts";
import { requireScopes } from "../../src/index.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

// It has no types.
const mount = createRequire(import.meta.url)("koa-mount") as (path: string, app: Koa) => Koa.Middleware;

const { issuer, verifier } = createBench();
const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };

/** Options of a guard, and where its refusals were. */
function watched() {
  const routes: (string | undefined)[] = [];
  const options: GuardOptions<never, never> = {
    verifier: verifier as never,
    ownerParam: "userId",
    log: false,
  };
  onTestFinished(subscribe("usher:reject", ({ route }) => routes.push(route)));
  return { routes, options: options as object as never };
}

async function origin(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = await listen(createServer(listener));
  onTestFinished(() => server.close());
  return server.origin;
}

describe.each([
  ["5", express5],
  ["4", express4 as unknown as typeof express5],
])("the route of an Express %s request", (_, framework) => {
  it("has the patterns of mounts, and no id", async () => {
    const { routes, options } = watched();
    const app = framework();
    app.use(express(options));
    const router = (add: (router: express5.Router) => unknown, mergeParams = false): express5.Router => {
      const made = framework.Router({ mergeParams });
      add(made);
      return made;
    };
    const tasks = () =>
      router((made) => made.get("/users/:userId/tasks", (_request, response) => void response.end()));
    app.use("/api", tasks());
    app.use("/api/teams/:teamId", tasks());
    app.use(
      "/org/:orgId",
      router((made) => made.use("/teams/:teamId", tasks())),
    );
    app.use(
      "/merged/:userId",
      router((made) => made.get("/", (_request, response) => void response.end()), true),
    );
    const inner = framework();
    inner.get("/:userId", (_request, response) => void response.end());
    app.use("/apps/:appId", inner);
    app.get(/^\/regular\/(?<userId>[^/]+)$/, (_request, response) => void response.end());
    const at = await origin(app);
    for (const path of [
      "/api/users/bob/tasks",
      "/api/teams/red/users/bob/tasks",
      "/org/acme/teams/red/users/bob/tasks",
      "/org/acme/teams/acme/users/acme/tasks",
      "/merged/bob/",
      "/apps/blog/bob",
      "/regular/bob",
    ])
      expect((await fetch(at + path, { headers })).status, path).toBe(403);
    expect(routes).toEqual([
      "/api/users/:userId/tasks",
      "/api/teams/:teamId/users/:userId/tasks",
      "/org/:orgId/teams/:teamId/users/:userId/tasks",
      "/org/:orgId/teams/:teamId/users/:userId/tasks",
      undefined,
      "/apps/:appId/:userId",
      "/^\\/regular\\/(?<userId>[^/]+)$/",
    ]);
  });

  it("has the pattern of mounts around the guard, and is absent if one has none", async () => {
    const { routes, options } = watched();
    const app = framework();
    const guarded = framework.Router();
    guarded.use(express(options));
    guarded.get("/users/:userId", (_request, response) => void response.end());
    app.use("/teams/:teamId", guarded);
    app.use(/^\/numbers\/\d+/, guarded);
    const at = await origin(app);
    for (const path of ["/teams/Team1/users/bob", "/teams/red/users/bob", "/numbers/17/users/bob"])
      expect((await fetch(at + path, { headers })).status, path).toBe(403);
    const pattern = "/teams/:teamId/users/:userId";
    expect(routes).toEqual([pattern, pattern, undefined]);
  });
});

describe("the route of a Koa request", () => {
  it("has the prefixes of routers and of koa-mount", async () => {
    const { routes, options } = watched();
    const app = new Koa();
    app.use(koa(options));
    const nested = new Router().get("/tasks", () => undefined);
    app.use(new Router().use("/nested/:userId", nested.routes() as never).routes() as never);
    app.use(new Router({ prefix: "/v1" }).get("/:userId", () => undefined).routes() as never);
    const inner = new Koa().use(new Router().get("/:userId", () => undefined).routes() as never);
    app.use(mount("/mounted", inner));
    const at = await origin(app.callback());
    for (const path of ["/nested/bob/tasks", "/v1/bob", "/mounted/bob"])
      expect((await fetch(at + path, { headers })).status, path).toBe(403);
    expect(routes).toEqual(["/nested/:userId/tasks", "/v1/:userId", "/mounted/:userId"]);
  });

  it("has no prefix of a mount that the request has left, and is absent below two", async () => {
    const { routes, options } = watched();
    const app = new Koa();
    app.use(koa(options));
    const users = new Koa().use(new Router().get("/:userId", () => undefined).routes() as never);
    app.use(mount("/outer", new Koa().use(mount("/inner", users))));
    app.use(
      mount(
        "/left",
        new Koa().use((_context, next) => next()),
      ),
    );
    app.use(new Router().get("/left/:userId", () => undefined).routes() as never);
    const at = await origin(app.callback());
    for (const path of ["/outer/inner/bob", "/left/bob"])
      expect((await fetch(at + path, { headers })).status, path).toBe(403);
    expect(routes).toEqual([undefined, "/left/:userId"]);
  });
});

describe("the route of a Koa request", () => {
  it.each<[sent: string, mountPath: unknown, path: string, route: string | undefined]>([
    ["/a", "/a", "/", "/a/pattern"],
    ["/a/b", "/a", "/b", "/a/pattern"],
    // Two mounts.
    ["/a/b", "/b", "/", undefined],
    ["/a/b/c", "/b", "/c", undefined],
    // The app has changed the path.
    ["/a", "/a", "/b", undefined],
    ["/a/b", undefined, "/b", undefined],
    ["/a/b", ["/a"], "/b", undefined],
  ])("sent to %s, with the prefix %j removed, and the path %s: %s", async (sent, mountPath, path, route) => {
    const { routes, options } = watched();
    const app = new Koa().use(koa(options));
    app.use((context, next) => {
      Object.assign(context, { mountPath, path, _matchedRoute: "/pattern" });
      return next();
    });
    app.use(enforce(requireScopes("a")) as never);
    const at = await origin(app.callback());
    expect((await fetch(at + sent, { headers })).status).toBe(403);
    expect(routes).toEqual([route]);
  });
});

describe("the route of a Hono request", () => {
  it("is the handler's, with all prefixes, also before it is reached", async () => {
    const { routes, options } = watched();
    const app = hono(new Hono(), options);
    app.use("/api/*", (_context, next) => next());
    const tasks = new Hono().get("/users/:userId", (context) => context.text("tasks"));
    app.route("/api/teams/:teamId", tasks);
    app.get("/files/*", (context) => context.text("a file"));
    for (const [path, init] of [
      ["/api/teams/red/users/bob", { headers }],
      ["/api/teams/red/users/bob", {}],
      ["/files/one/two", {}],
      ["/unknown/17", {}],
    ] as const)
      expect((await app.request(path, init)).status).toBeGreaterThan(400);
    const pattern = "/api/teams/:teamId/users/:userId";
    expect(routes).toEqual([pattern, pattern, "/files/*", undefined]);
  });
});

describe("the route of an h3 request", () => {
  it("is that of a second app, if that rejects", async () => {
    const { routes, options } = watched();
    const app = new H3();
    app.use(h3(options));
    const inner = new H3().get("/base/:userId", () => "tasks");
    app.all("/base/**", inner.handler);
    expect((await app.request("/base/bob", { headers })).status).toBe(403);
    expect((await app.request("/base/bob")).status).toBe(401);
    expect(routes).toEqual(["/base/:userId", "/base/**"]);
  });
});

describe("the route of a request to a handler with a path", () => {
  const path = "/users/:userId";
  const handlers: Record<string, (options: never) => (path: string) => Promise<unknown>> = {
    node: (options) => {
      const listener = node(options).protect({ path }, (_request, response) => response.end());
      return async (path) => fetch((await origin(listener)) + path, { headers });
    },
    fetch: (options) => {
      const handler = fetchGuard(options).protect({ path }, () => new Response());
      return async (path) => handler(new Request(`http://localhost${path}`, { headers }));
    },
    websocket: (options) => {
      const listener = sockets(options).protect({ path }, (_request, socket) => socket.destroy());
      const rawHeaders = Object.entries(headers).flat();
      return async (url) => {
        const request = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url, rawHeaders });
        listener(request, new PassThrough(), Buffer.alloc(0));
      };
    },
  };

  it.each(Object.entries(handlers))("is reported whether it is accepted or not: %s", async (name, create) => {
    const { routes, options } = watched();
    const accepted: unknown[] = [];
    const send = create(options);
    await send("/users/bob");
    onTestFinished(subscribe("usher:accept", ({ adapter, route }) => accepted.push([adapter, route])));
    await send("/users/alice");
    expect([routes, accepted]).toEqual([[path], [[name, path]]]);
  });
});

it("a refusal that is logged has the same route as its event", async () => {
  const lines: LoggedRefusal[] = [];
  const { routes, options } = watched();
  const app = hono(new Hono(), {
    ...(options as object),
    log: (line: LoggedRefusal) => lines.push(line),
  } as never);
  app.get("/users/:userId", (context) => context.text("user"));
  await app.request("/users/bob", { headers });
  expect(lines.map(({ route }) => route)).toEqual(routes);
});
