import { createRequire } from "node:module";
import Router from "@koa/router";
import { Elysia } from "elysia";
import express5 from "express";
import express4 from "express-4";
import fastify from "fastify";
import { H3 } from "h3";
import { Hono } from "hono";
import Koa from "koa";
import { expect, it } from "vitest";
import { openApp } from "../../src/expect-guarded/open-app.ts";
import { nameOf, routesToTry } from "../../src/expect-guarded/route.ts";

const require = createRequire(import.meta.url);

/** The routes that an app lists, with each method of those for all methods. */
async function routesOf(app: object): Promise<string[]> {
  const opened = await openApp(app, false);
  await opened.close();
  return routesToTry(opened.routes).map(nameOf).toSorted();
}

function all(path: string): string[] {
  return ["DELETE", "GET", "PATCH", "POST", "PUT"].map((method) => `${method} ${path}`);
}

it("lists Fastify's routes: plugins, prefixes, versions, hosts, constraints and wildcards", async () => {
  const app = fastify();
  const handler = () => "";
  app.get("/", handler);
  app.get("/api/:userId/tasks", handler);
  app.delete("/api/:userId/tasks/:taskId", handler);
  app.get("/api/:userId/tasks2/:id(^\\d+$)", handler);
  app.route({ method: ["GET", "POST"], url: "/v", constraints: { version: "1.2.0" }, handler });
  app.route({ method: "GET", url: "/v", constraints: { version: "2.0.0", host: "a.example" }, handler });
  app.get("/at/:hour(^\\d{2})h:minute(^\\d{2})m", handler);
  app.get("/opt/:id?", handler);
  // Loaded by the listing itself.
  app.register(
    async (outer) => {
      outer.get("/a b", handler);
      outer.get("/files/*", handler);
      outer.register(async (inner) => void inner.put("/deep", handler), { prefix: "/inner" });
    },
    { prefix: "/sub" },
  );
  app.get("*", handler);
  const opened = await openApp(app, false);
  const found = opened.routes.filter(({ method }) => method !== "HEAD");
  expect(found.map(nameOf).toSorted()).toEqual([
    "DELETE /api/:userId/tasks/:taskId",
    "GET /",
    "GET /*",
    "GET /api/:userId/tasks",
    "GET /api/:userId/tasks2/:id(^\\d+$)",
    "GET /at/:hour(^\\d{2})h:minute(^\\d{2})m",
    "GET /opt",
    "GET /opt/:id",
    "GET /sub/a b",
    "GET /sub/files/*",
    "GET /v",
    "GET /v",
    "POST /v",
    "PUT /sub/inner/deep",
  ]);
  expect(
    found.filter(({ path, method }) => path === "/v" && method === "GET").map(({ headers }) => headers),
  ).toEqual([{ "accept-version": "1.2.0" }, { "accept-version": "2.0.0", host: "a.example" }]);
});

it.each([
  ["5", express5, "{/:tab}"],
  ["4", express4, "/:tab?"],
])(
  "lists the routes of Express %s: routers, apps, lists and expressions",
  async (_version, express, optional) => {
    const handler = () => undefined;
    const app = express();
    app.use(express.json());
    app.get("/", handler);
    app.all("/all", handler);
    app.route("/route").get(handler).post(handler);
    app.get(["/list", "/list/:userId"], handler);
    app.get(/^\/expression\/(?<id>[^/]+)$/, handler);
    app.get(`/optional${optional}`, handler);
    const inner = express.Router({ mergeParams: true });
    inner.delete("/tasks/:taskId", handler);
    app.use("/users/:userId", inner);
    app.use(["/one", "/two"], inner);
    const mounted = express();
    const deeper = express();
    deeper.get("/end", handler);
    mounted.use("/deeper", deeper);
    mounted.get("/", handler);
    app.use("/mounted/:orgId", mounted);
    app.use(mounted);
    expect(await routesOf(app)).toEqual(
      [
        ...all("/all"),
        "DELETE /one/tasks/:taskId",
        "DELETE /two/tasks/:taskId",
        "DELETE /users/:userId/tasks/:taskId",
        "GET /",

        "GET /deeper/end",
        "GET /expression/:id([^/]+)",
        "GET /list",
        "GET /list/:userId",
        "GET /mounted/:orgId",
        "GET /mounted/:orgId/deeper/end",
        `GET /optional${optional}`,
        "GET /route",
        "POST /route",
      ].toSorted(),
    );
    expect(await routesOf(inner)).toEqual(["DELETE /tasks/:taskId"]);
  },
);

it("lists an Express route by its expression if its paths cannot be told, and refuses such a router", async () => {
  const app = express5();
  app.use(
    "/birds",
    express5.Router().get(/fly$/, () => undefined),
  );
  expect(await routesOf(app)).toEqual(["GET /birds/fly$/"]);
  app.use(
    /fly$/,
    express5.Router().get("/", () => undefined),
  );
  await expect(routesOf(app)).rejects.toThrow("expectGuarded: no path can be made for the route /fly$/");
});

it("lists Hono's routes: base paths, route(), on() and all(), and no middleware", async () => {
  const app = new Hono().basePath("/api");
  const tasks = new Hono();
  tasks.onError((_error, c) => c.text(""));
  tasks.use(async (_c, next) => next());
  tasks.get(
    "/tasks",
    async (_c, next) => next(),
    (c) => c.text(""),
  );
  app.use("*", async (_c, next) => next());
  app.route("/users/:userId", tasks);
  app.on(["PUT", "PATCH"], ["/a", "/b"], (c) => c.text(""));
  app.all("/all/:id{[0-9]+}", (c) => c.text(""));
  expect(await routesOf(app)).toEqual(
    [
      ...all("/api/all/:id{[0-9]+}"),
      "GET /api/users/:userId/tasks",
      "PATCH /api/a",
      "PATCH /api/b",
      "PUT /api/a",
      "PUT /api/b",
    ].toSorted(),
  );
});

it.each([
  ["@koa/router", Router],
  ["koa-router", require("koa-router") as typeof Router],
])("lists the routes of %s: prefixes, nested routers and expressions", async (_name, KoaRouter) => {
  const handler = () => undefined;
  const inner = new KoaRouter({ prefix: "/:userId" }).get("/tasks", handler).post("/tasks", handler);
  const router = new KoaRouter({ prefix: "/api" });
  router.use((_context, next) => next());
  router.use("/users", inner.routes());
  router.get(/^\/expression\/(?<id>[^/]+)$/, handler);
  const app = new Koa().use(router.routes()).use(router.allowedMethods());
  const routes = (await routesOf(app)).filter((route) => !route.startsWith("HEAD"));
  expect(routes.filter((route) => !route.includes("expression"))).toEqual([
    "GET /api/users/:userId/tasks",
    "POST /api/users/:userId/tasks",
  ]);
  expect(routes.filter((route) => route.includes("expression"))).toHaveLength(1);
});

it("lists h3's routes, with those of mounted apps and handlers", async () => {
  const app = new H3();
  app.get("/users/:userId", () => "").all("/all", () => "");
  app.mount(
    "/inner",
    new H3().post("/tasks/**:rest", () => ""),
  );
  app.mount("/server", () => new Response());
  expect(await routesOf(app)).toEqual(
    [...all("/all"), ...all("/server/**"), "GET /users/:userId", "POST /inner/tasks/**:rest"].toSorted(),
  );
});

it("lists Elysia's routes: prefixes, groups, guards and plugins, also those that load later", async () => {
  const plugin = new Elysia({ prefix: "/plugin" }).get("/a", "text").all("/b", () => "");
  const app = new Elysia({ prefix: "/api" })
    .use(plugin)
    .use(Promise.resolve({ default: new Elysia().get("/later", () => "") }))
    .group("/group/:userId", (group) => group.post("/c", () => ""))
    .guard({}, (guarded) => guarded.delete("/d", () => ""));
  expect(await routesOf(app)).toEqual(
    [
      ...all("/api/plugin/b"),
      "DELETE /api/d",
      "GET /api/later",
      "GET /api/plugin/a",
      "POST /api/group/:userId/c",
    ].toSorted(),
  );
});
