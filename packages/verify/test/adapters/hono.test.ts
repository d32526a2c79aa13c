import { type Context, type Env, Hono } from "hono";
import { cors } from "hono/cors";
import { inspectRoutes } from "hono/dev";
import { validator } from "hono/validator";
import { describe, expect, it, vi } from "vitest";
import { enforce, type UsherEnv, type UsherOptions, usher } from "../../src/adapters/hono.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };

function build(options: Partial<UsherOptions> = {}): Hono<Env & UsherEnv> {
  return usher(new Hono<Env>(), { verifier, ownerParam: "userId", ...options });
}

/** Any Hono app, whatever its types. */
interface Askable {
  request(path: string, init: RequestInit): Response | Promise<Response>;
}

async function ask(app: Askable, path: string): Promise<[number, string]> {
  const response = await app.request(path, { headers });
  const text = await response.text();
  return [response.status, text.startsWith("{") ? JSON.parse(text).code : text];
}

describe("hono adapter", () => {
  it("checks the owner in mounted apps, below a prefix with the parameter, and below a base path", async () => {
    const app = build();
    const tasks = new Hono<UsherEnv>().get("/tasks", (c) =>
      c.text(`tasks of ${c.req.param("userId" as never)}`),
    );
    app.route("/users/:userId", tasks);
    app.basePath("/v1").get("/:userId", (c) => c.text("based"));
    expect(await ask(app, "/users/alice/tasks")).toEqual([200, "tasks of alice"]);
    expect(await ask(app, "/users/bob/tasks")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/v1/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/v1/alice")).toEqual([200, "based"]);
  });

  it("checks the owner in a guarded app that an app without a guard mounts", async () => {
    const api = build();
    api.get("/tasks", (c) => c.text("tasks"));
    const outside = new Hono().route("/users/:userId", api).get("/open", (c) => c.text("open"));
    expect(await ask(outside, "/users/alice/tasks")).toEqual([200, "tasks"]);
    expect(await ask(outside, "/users/bob/tasks")).toEqual([403, "owner_mismatch"]);
    expect((await outside.request("/users/alice/tasks")).status).toBe(401);
    expect((await outside.request("/open")).status).toBe(200);
  });

  it("rejects a path without its optional owner, like every adapter", async () => {
    const run = vi.fn((c: Context) => c.text("reached"));
    const app = build();
    app.get("/files/:userId?", run);
    app.on(["GET", "PUT"], ["/on/:userId?", "/other/:userId?"], run);
    app.basePath("/based").get("/:userId?", run);
    app.route("/routed", new Hono().get("/:userId?", run));
    app.get("/regexp/:userId{[a-z]+}?", run);
    const optional = ["/files", "/on", "/other", "/based", "/routed", "/regexp"];
    for (const path of optional) expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    for (const path of optional) expect(await ask(app, `${path}/bob`)).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    for (const path of optional) expect(await ask(app, `${path}/alice`)).toEqual([200, "reached"]);
  });

  it("checks every handler of a chain, and a mounted fetch handler", async () => {
    const run = vi.fn();
    const app = build();
    const note = async (_c: Context, next: () => Promise<void>) => {
      run();
      await next();
    };
    app.get("/chain/:userId", note, note, (c) => c.text("chained"));
    app.mount("/mount/:userId", () => new Response("mounted"));
    expect(await ask(app, "/chain/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/mount/bob/x")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/chain/alice")).toEqual([200, "chained"]);
    expect(await ask(app, "/mount/alice/x")).toEqual([200, "mounted"]);
  });

  it("checks the parameters that a validator returns, before the next handler runs", async () => {
    const run = vi.fn((c: Context) => c.text("reached"));
    const app = build();
    const all = { bob: () => ({ userId: "bob" }), number: ({ userId = "" }) => ({ userId: Number(userId) }) };
    app.get("/bob/:userId", validator("param", all.bob), run);
    app.get("/renamed/:id", validator("param", all.bob), run);
    app.use("/before/:userId", validator("param", all.bob));
    app.get("/before/:id", run);
    app.get("/number/:userId", validator("param", all.number), run);
    app.get(
      "/own/:userId",
      validator("param", (params) => params),
      run,
    );
    app.get(
      "/null/:userId",
      validator("param", () => null as never),
      run,
    );
    for (const path of ["/bob/alice", "/renamed/alice", "/before/alice"])
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/own/alice")).toEqual([200, "reached"]);
    expect(await ask(app, "/null/alice")).toEqual([200, "reached"]);
    const as = (id: string) => ({ headers: { authorization: `Bearer ${issuer.tokenFor(id)}` } });
    expect((await app.request("/number/7", as("7"))).status).toBe(200);
    expect((await app.request("/number/007", as("007"))).status).toBe(403);
  });

  it("guards what is added after it, also a sub-app that was created before", async () => {
    const early = new Hono().get("/tasks", (c) => c.text("tasks"));
    const app = build();
    app.route("/users/:userId", early);
    expect((await app.request("/users/alice/tasks")).status).toBe(401);
    expect(await ask(app, "/users/bob/tasks")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/users/alice/tasks")).toEqual([200, "tasks"]);
  });

  it("does not guard later routes outside its base path", async () => {
    const root = new Hono();
    const app = usher(root.basePath("/api/:userId"), { verifier, ownerParam: "userId" });
    app.get("/tasks", (c) => c.text("tasks"));
    root.get("/health/:userId", (c) => c.text("well"));
    root.get("/:any/:userId/late", (c) => c.text("late"));
    root.get("/apis", (c) => c.text("another"));
    for (const path of ["/health/bob", "/x/bob/late", "/apis"])
      expect((await root.request(path)).status).toBe(200);
    for (const path of ["/api/bob/tasks", "/api/bob/late"]) {
      expect((await root.request(path)).status).toBe(401);
      expect(await ask(root, path)).toEqual([403, "owner_mismatch"]);
      expect((await ask(root, path.replace("bob", "alice")))[0]).toBe(200);
    }
  });

  it("runs no guarded handler that was moved to an app without its middleware", async () => {
    const run = vi.fn(() => new Response("x"));
    const app = build();
    app.get("/x", run);
    const other = new Hono().onError((error) => new Response(error.message, { status: 500 }));
    const [, route] = app.routes;
    other.get("/x", route?.handler as typeof run);
    expect(await ask(other, "/x")).toEqual([
      500,
      "usher: the guard's middleware did not run before this handler.",
    ]);
    expect(run).not.toHaveBeenCalled();
    const based = usher(new Hono().basePath("/api"), { verifier, ownerParam: "userId" });
    based.get("/", run);
    const atBase = new Hono().onError((error) => new Response(error.message, { status: 500 }));
    atBase.get("/api", based.routes.at(-1)?.handler as typeof run);
    expect((await ask(atBase, "/api"))[0], "at the base path itself").toBe(500);
    expect(run).not.toHaveBeenCalled();
  });

  it("guards middleware before it runs", async () => {
    const run = vi.fn();
    const app = build();
    app.use("/users/:userId/*", async (_c, next) => {
      run();
      await next();
    });
    app.get("/users/:id/x", (c) => c.text("x"));
    expect(await ask(app, "/users/bob/x")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/users/alice/x")).toEqual([200, "x"]);
  });

  it("accepts a route that is added before one with the owner parameter", async () => {
    const app = build();
    app.get("/users/me", (c) => c.text("me"));
    app.get("/users/:userId", (c) => c.text("by id"));
    expect(await ask(app, "/users/me")).toEqual([200, "me"]);
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("calls the app's error handler for the app's errors, and not for rejections", async () => {
    const app = build();
    const onError = vi.fn((error: Error) => new Response(error.message, { status: 418 }));
    app.onError(onError);
    app.use(async (_c, next) => next());
    app.get("/users/:userId", (c) => c.text("x"));
    app.get("/throws", () => {
      throw new Error("the app's");
    });
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
    expect(onError).not.toHaveBeenCalled();
    expect(await ask(app, "/throws")).toEqual([418, "the app's"]);
  });

  it("lets Hono tell handlers from middleware in its list of routes", () => {
    const app = build();
    app.use("/users/*", async (_c, next) => next());
    app.get("/users/:userId", (c) => c.text("x"));
    app.get("/plain", () => new Response("x"));
    const routes = inspectRoutes(app).slice(1);
    expect(routes.map(({ path, isMiddleware }) => [path, isMiddleware])).toEqual([
      ["/users/*", true],
      ["/users/:userId", false],
      ["/plain", false],
    ]);
    expect(app.routes.slice(1).map(({ handler }) => handler.length)).toEqual([2, 1, 0]);
  });

  it("uses its own principal, not the app's variable", async () => {
    const app = build();
    app.use(async (c, next) => {
      c.set("principal", { ...c.var.principal, id: "bob" });
      await next();
    });
    app.get("/users/:userId", (c) => c.text("x"));
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("lets CORS before it answer preflights, and keeps its headers on rejections", async () => {
    const app = new Hono();
    app.use(cors({ origin: "https://app.example.com" }));
    usher(app, { verifier, ownerParam: "userId" }).get("/me", (c) => c.text("me"));
    const origin = { origin: "https://app.example.com" };
    const preflight = await app.request("/me", {
      method: "OPTIONS",
      headers: { ...origin, "access-control-request-method": "GET" },
    });
    expect(preflight.status).toBe(204);
    const refused = await app.request("/me", { headers: origin });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([
      401,
      origin.origin,
    ]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
  });

  it("rejects another spelling of the parameter for every user, and says why", async () => {
    const onReject = vi.fn();
    const app = build({ onReject });
    app.get("/x/:user_id", (c) => c.text("x"));
    expect(await ask(app, "/x/alice")).toEqual([403, "owner_mismatch"]);
    expect(onReject.mock.lastCall?.[0].error.hint).toContain("use the same spelling");
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const app = build({ verifier: failing, onReject });
      app.onError((error) => new Response(error.message, { status: 418 }));
      app.get("/me", (c) => c.text("me"));
      expect(await ask(app, "/me")).toEqual([418, "the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
    }
  });

  it("checks policies with enforce, and passes the principal to the handler", async () => {
    const app = build();
    app.get("/x", enforce(requireScopes("a")), (c) => c.text(c.var.principal.id));
    const scoped = { authorization: `Bearer ${issuer.tokenFor("alice", { claims: { scope: "a" } })}` };
    expect(await ask(app, "/x")).toEqual([403, "scope_insufficient"]);
    expect(await (await app.request("/x", { headers: scoped })).text()).toBe("alice");
  });

  it("answers 500 to enforce without a guard", async () => {
    const app = new Hono<UsherEnv>().get("/", enforce(requireScopes("a")), (c) => c.text("x"));
    app.onError((error) => new Response(error.message, { status: 500 }));
    expect(await ask(app, "/")).toEqual([500, "enforce: no usher(...) runs before this route."]);
    expect(() => enforce("a" as never)).toThrow(/^enforce: /);
    expect(() => enforce("a" as never)).toThrow(ConfigurationError);
    expect(() => (enforce as () => unknown)()).toThrow("enforce: pass at least one policy.");
  });

  it("throws on another version of Hono", () => {
    const old = Object.assign(new Hono(), { showRoutes: () => {} });
    for (const app of [old, {}, undefined] as never[]) {
      expect(() => usher(app, { verifier, ownerParam: "userId" })).toThrow(ConfigurationError);
      expect(() => usher(app, { verifier, ownerParam: "userId" })).toThrow("Hono 4");
    }
  });
});
