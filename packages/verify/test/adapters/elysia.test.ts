import { node } from "@elysiajs/node";
import { Elysia, t } from "elysia";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { usher } from "../../src/adapters/elysia.ts";
import { ConfigurationError, createVerifier, requireScopes, sharedSecret } from "../../src/index.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier, clock } = createBench();
const as = (user: string, claims: Record<string, unknown> = {}) => ({
  headers: { authorization: `Bearer ${issuer.tokenFor(user, { claims })}` },
});
const guard = usher({ verifier, ownerParam: "userId" });

function ask(app: { handle(request: Request): Promise<Response> }, path: string, init: RequestInit = {}) {
  return app.handle(new Request(`http://localhost${path}`, init));
}

async function codeOf(answer: Promise<Response>): Promise<[number, string | undefined]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { code?: string }).code];
}

describe("elysia adapter", () => {
  it("guards a constant response with hooks of every kind, for which Elysia runs no hooks", async () => {
    const app = new Elysia()
      .use(guard)
      .onParse(() => undefined)
      .onBeforeHandle(() => undefined)
      .onAfterHandle(() => undefined)
      .get("/constant", new Response("secret"))
      .get("/text", "secret");
    for (const path of ["/constant", "/text"]) {
      expect(await codeOf(ask(app, path))).toEqual([401, "credentials_missing"]);
      expect(await (await ask(app, path, as("alice"))).text()).toBe("secret");
    }
  });

  describe("constant responses with hooks of every kind", () => {
    const withHooks = () =>
      new Elysia()
        .use(guard)
        // Elysia runs hooks for this one: it has not all kinds.
        .get("/some/:name", "closed")
        .onParse(() => undefined)
        .onBeforeHandle(() => undefined)
        .onAfterHandle(() => undefined);
    const open = { public: true };

    it("are public by method and by path, as Elysia's router reads them", async () => {
      const app = withHooks()
        .get("/open", "open", open)
        .post("/open", "closed")
        .get("/mixed", "closed")
        .post("/mixed", "open", open)
        .all("/every", "open", open)
        .get("/caf\u00e9", "open", open)
        .get("/slash/", "open", open)
        .get("/users/:name", "closed");
      const cases = {
        "GET /open": 200,
        "GET /open/": 200,
        "HEAD /open": 200,
        "POST /open": 401,
        "GET /mixed": 401,
        "POST /mixed": 200,
        "PUT /every": 200,
        "GET /caf\u00e9": 200,
        "GET /slash": 200,
        "GET /users/x": 401,
      };
      const found = await Promise.all(
        Object.keys(cases).map(async (line) => {
          const [method, path] = line.split(" ") as [string, string];
          return [line, (await ask(app, path, { method })).status];
        }),
      );
      expect(Object.fromEntries(found)).toEqual(cases);
    });

    it("with parameters are public if all of them are, whatever other routes require", async () => {
      const app = withHooks()
        .get("/closed", "closed")
        .get("/function/:name", () => "closed")
        .get("/users/:name", "open", open);
      expect((await ask(app, "/users/x")).status).toBe(200);
      expect((await ask(app, "/closed")).status).toBe(401);
      app.get("/teams/:name", "closed");
      expect((await ask(app, "/users/x")).status).toBe(401);
    });
  });

  it("guards a response of onRequest, which Elysia sends without any later hook", async () => {
    const app = new Elysia()
      .use(guard)
      .onRequest(() => new Response("early"))
      .get("/me", () => "me");
    expect(await codeOf(ask(app, "/me"))).toEqual([401, "credentials_missing"]);
    expect(await (await ask(app, "/me", as("alice"))).text()).toBe("early");
    expect(await (await ask(app, "/nowhere", as("alice"))).text()).toBe("early");
  });

  it("reads the token among the subprotocols of an upgrade only if the path has a WebSocket", async () => {
    const app = new Elysia({ adapter: node() })
      .use(guard)
      .get("/me", () => "me")
      .get("/live", () => "live")
      .post("/live", () => "open", { public: true })
      .ws("/live", { message: () => undefined });
    const headers = { "sec-websocket-protocol": `bearer, ${issuer.tokenFor("alice")}` };
    const upgrade = { ...headers, upgrade: "websocket" };
    expect(await codeOf(ask(app, "/me", { headers: upgrade }))).toEqual([401, "credentials_missing"]);
    expect(await codeOf(ask(app, "/live", { headers }))).toEqual([401, "credentials_missing"]);
    expect((await ask(app, "/live", { headers: upgrade })).status).toBe(200);
    expect((await ask(app, "/live", { method: "POST" })).status, "of another method").toBe(200);
  });

  it("throws on an app whose requests it would not all see", () => {
    const late = new Elysia().get("/early", () => "early");
    expect(() => late.use(guard)).toThrow(ConfigurationError);
    expect(() => late.use(guard)).toThrow("usher: use it before the routes");
    expect(() => new Elysia({ aot: false }).use(guard)).toThrow(ConfigurationError);
    expect(() => new Elysia({ aot: false }).use(guard)).toThrow(
      "usher: Elysia with `aot: false` is not supported",
    );
    expect(() => usher({ verifier, ownerParam: [] })).toThrow(ConfigurationError);
  });

  it("guards routes of other apps, groups and mounted servers", async () => {
    const other = new Elysia({ prefix: "/other" }).get("/:userId", ({ params }) => params.userId);
    const app = new Elysia()
      .use(guard)
      .use(other)
      .group("/group", (group) => group.get("/:userId", ({ principal }) => principal.id))
      .mount("/mounted", () => new Response("mounted"));
    for (const path of ["/other/bob", "/group/bob"]) {
      expect(await codeOf(ask(app, path))).toEqual([401, "credentials_missing"]);
      expect(await codeOf(ask(app, path, as("alice")))).toEqual([403, "owner_mismatch"]);
      expect(await (await ask(app, path, as("bob"))).text()).toBe("bob");
    }
    expect(await codeOf(ask(app, "/mounted/x"))).toEqual([401, "credentials_missing"]);
    expect(await (await ask(app, "/mounted/x", as("bob"))).text()).toBe("mounted");
  });

  it("can be used again in other files, and then checks each request once", async () => {
    const accepted: string[] = [];
    const counted = usher({
      verifier,
      ownerParam: "userId",
      onAccept: ({ principal }) => accepted.push(principal.id),
    });
    const other = new Elysia({ prefix: "/other" })
      .use(counted)
      .get("/me", ({ principal }) => principal.id)
      .get("/open", () => "open", { public: true });
    const app = new Elysia().use(counted).use(other);
    expect(await (await ask(app, "/other/me", as("alice"))).text()).toBe("alice");
    expect(accepted).toEqual(["alice"]);
    expect(await (await ask(app, "/other/open")).text()).toBe("open");
    expect((await ask(app, "/other/me")).status).toBe(401);
  });

  it("makes a path public only if all routes that may serve it are", async () => {
    const app = new Elysia()
      .use(guard)
      .all("/mixed", () => "open", { public: true })
      .post("/mixed", () => "closed")
      .get("/half", () => "closed")
      .all("/half", () => "open", { public: true })
      .get("/textual", () => "closed", { public: "true" as never });
    expect((await ask(app, "/mixed", { method: "PUT" })).status).toBe(200);
    expect((await ask(app, "/mixed", { method: "POST" })).status).toBe(401);
    expect((await ask(app, "/half")).status).toBe(401);
    expect((await ask(app, "/half", { method: "HEAD" })).status).toBe(401);
    expect((await ask(app, "/textual")).status).toBe(401);
  });

  it("distinguishes the methods of a path", async () => {
    const app = new Elysia()
      .use(guard)
      .get("/apart", ({ principal }) => principal.id)
      .post("/apart", ({ principal }) => String(principal), { public: true });
    expect((await ask(app, "/apart")).status).toBe(401);
    // It has no verified principal, and the error says so.
    expect(await (await ask(app, "/apart", { method: "POST" })).text()).toBe("undefined");
  });

  it("notices a route that is added to a known path", async () => {
    const app = new Elysia().use(guard).get("/again", () => "open", { public: true });
    expect((await ask(app, "/again")).status).toBe(200);
    app.all("/again", () => "guarded");
    expect((await ask(app, "/again")).status).toBe(401);
  });

  it("guards routes that are added after the first request", async () => {
    const app = new Elysia().use(guard).get("/first", () => "first");
    app.all("/shared", () => "open", { public: true });
    expect((await ask(app, "/first")).status).toBe(401);
    expect((await ask(app, "/shared")).status).toBe(200);
    app.get("/shared", () => "closed");
    app
      .get("/later", () => "later", { public: true })
      .get("/scoped", () => "in", { policies: [requireScopes("x")] });
    app.compile();
    expect((await ask(app, "/later")).status).toBe(200);
    expect((await ask(app, "/shared")).status).toBe(401);
    expect(await codeOf(ask(app, "/scoped", as("alice")))).toEqual([403, "scope_insufficient"]);
    expect((await ask(app, "/scoped", as("alice", { scope: "x" }))).status).toBe(200);
  });

  it("answers 401 before errors of the body, and does not change bodies", async () => {
    const app = new Elysia()
      .use(guard)
      .post("/tasks", () => "in", { body: t.Object({ title: t.String() }) })
      .post("/sign-in", ({ body }) => body, { public: true })
      .post("/raw", ({ request }) => request.text());
    const json = { "content-type": "application/json" };
    const post = (path: string, body: string, headers = {}) =>
      ask(app, path, { method: "POST", body, headers: { ...json, ...headers } });
    for (const body of ["{", "{}"])
      expect(await codeOf(post("/tasks", body))).toEqual([401, "credentials_missing"]);
    expect((await post("/tasks", "{", as("alice").headers)).status).toBe(400);
    expect((await post("/tasks", "{}", as("alice").headers)).status).toBe(422);
    expect((await post("/sign-in", "{")).status).toBe(400);
    expect(await (await post("/sign-in", '{"a":1}')).json()).toEqual({ a: 1 });
    expect(await (await post("/raw", "{", as("alice").headers)).text()).toBe("{");
  });

  it("keeps CORS headers, on known and unknown paths", async () => {
    const app = new Elysia()
      .onRequest(({ set }) => {
        set.headers["access-control-allow-origin"] = "https://app.example.com";
      })
      .use(guard)
      .get("/me", () => "me");
    for (const path of ["/me", "/nowhere"]) {
      const response = await ask(app, path);
      expect([response.status, response.headers.get("content-type")]).toEqual([
        401,
        "application/problem+json",
      ]);
      expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    }
  });

  it("calls the app's error handler for the app's errors, and not for rejections", async () => {
    const errors: unknown[] = [];
    const app = new Elysia()
      .use(guard)
      .onError(({ code }) => {
        errors.push(code);
        return "handled";
      })
      .get("/throws", () => {
        throw new Error("of the app's own");
      });
    expect(await codeOf(ask(app, "/throws"))).toEqual([401, "credentials_missing"]);
    expect(errors).toEqual([]);
    expect(await (await ask(app, "/throws", as("alice"))).text()).toBe("handled");
    expect(errors).toEqual(["UNKNOWN"]);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const errors: unknown[] = [];
      const app = new Elysia()
        .use(usher({ verifier: failing, ownerParam: "userId", onReject: () => errors.push("refused") }))
        .onError(({ error }) => {
          errors.push((error as Error).message);
          return "handled";
        })
        .get("/me", () => "me");
      expect(await (await ask(app, "/me", as("alice"))).text()).toBe("handled");
      expect(errors).toEqual(["the verifier's"]);
    }
  });

  it("rejects an owner parameter with another spelling, or one that occurs twice", async () => {
    const app = new Elysia()
      .use(guard)
      .get("/users/:user_id", ({ params }) => params.user_id)
      .get("/twice/:userId/and/:userId", ({ params }) => params.userId);
    for (const path of ["/users/alice", "/twice/alice/and/alice"])
      expect(await codeOf(ask(app, path, as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("rejects a path without its optional owner", async () => {
    const app = new Elysia().use(guard).get("/users/:userId?", ({ params }) => params.userId ?? "all");
    expect(await codeOf(ask(app, "/users/bob", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(await codeOf(ask(app, "/users", as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("types the claims by the verifier's schema", async () => {
    const claims = z.object({ role: z.string().default("guest") });
    const { issuer: iss, audience } = issuer;
    const typed = createVerifier({ keys: sharedSecret(issuer.secret), issuer: iss, audience, clock, claims });
    const app = new Elysia()
      .use(usher({ verifier: typed, ownerParam: null }))
      // `toUpperCase` would not compile on an unknown claim.
      .get("/role", ({ principal }) => principal.claims.role.toUpperCase());
    expect(await (await ask(app, "/role", as("alice"))).text()).toBe("GUEST");
  });

  it("throws on another version of Elysia", () => {
    const plugin = usher({ verifier, ownerParam: "userId" });
    for (const other of [{}, { extender: {} }]) expect(() => plugin(other as never)).toThrow("Elysia 1.4");
  });
});
