import { type Context, type Env, Hono } from "hono";
import { every } from "hono/combine";
import { validator } from "hono/validator";
import { describe, expect, it, vi } from "vitest";
import {
  enforce,
  type OwnerRule,
  optionalAuth,
  owner,
  type UsherEnv,
  type UsherOptions,
  usher,
} from "../../src/adapters/hono.ts";
import { ConfigurationError, requireClaim, requireScopes } from "../../src/index.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const tokenOf = (user: string, claims = {}) => issuer.tokenFor(user, { claims });
const alice = tokenOf("alice");
const support = tokenOf("carol", { role: "support" });
const isSupport = requireClaim(({ role }) => role === "support", "role support");
const rule = { or: [isSupport] };

function build(options: Partial<UsherOptions> = {}): Hono<Env & UsherEnv> {
  return usher(new Hono<Env>(), { verifier, ownerParam: "userId", ...options });
}

/** Any Hono app, whatever its types. */
interface Askable {
  request(path: string, init: RequestInit): Response | Promise<Response>;
}

async function ask(app: Askable, path: string, token = support, method = "GET"): Promise<number | string> {
  const response = await app.request(path, { method, headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return response.status < 400 || !text.startsWith("{") ? response.status : JSON.parse(text).code;
}

const done = (c: Context) => c.text("done");
const pass = async (_c: Context, next: () => Promise<void>) => next();

describe("owner() in hono", () => {
  it("is for its method and path only", async () => {
    const app = build();
    app.get("/a/:userId", owner(rule), enforce(isSupport), done);
    app.post("/a/:userId", done);
    app.get("/a/:userId/b", done);
    app.on(["GET", "PUT"], ["/on/:userId", "/also/:userId"], owner(rule), done);
    app.delete("/on/:userId", done);
    app.all("/all/:userId", owner(rule), done);
    expect(await ask(app, "/a/alice")).toBe(200);
    expect(await ask(app, "/a/alice", support, "HEAD")).toBe(200);
    expect(await ask(app, "/a/alice", support, "POST")).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice", alice, "POST")).toBe(200);
    expect(await ask(app, "/a/alice/b")).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice", tokenOf("bob"))).toBe("owner_mismatch");
    for (const path of ["/on/alice", "/also/alice"])
      for (const method of ["GET", "PUT"]) expect(await ask(app, path, support, method)).toBe(200);
    expect(await ask(app, "/on/alice", support, "DELETE")).toBe("owner_mismatch");
    expect(await ask(app, "/all/alice", support, "DELETE")).toBe(200);
  });

  it("is not for other handlers of the same request", async () => {
    const run = vi.fn(async (c: Context) => done(c));
    const app = build();
    app.use("/before/:userId/*", pass);
    app.get("/before/:userId/x", owner(rule), run);
    app.get("/after/:userId/x", owner(rule), pass);
    app.use("/after/:userId/*", run);
    app.get("/apart/:userId", owner(rule), pass);
    app.get("/other", done);
    app.get("/apart/:userId", run);
    app.get("/first/:userId", pass, owner(rule), run);
    const paths = ["/before/alice/x", "/after/alice/x", "/apart/alice", "/first/alice"];
    for (const path of paths) expect(await ask(app, path), path).toBe("owner_mismatch");
    expect(run).not.toHaveBeenCalled();
    for (const path of paths) expect(await ask(app, path, alice), path).toBe(200);
  });

  it("is for the middleware of a path, and for an app that is mounted there", async () => {
    const app = build();
    app.use("/a/:userId/*", owner(rule), pass);
    app.get("/a/:userId/stated", owner(rule), done);
    app.get("/a/:userId/secret", done);
    app.use("/b/:userId/*", owner(rule));
    app.mount("/b/:userId", () => new Response("mounted"));
    expect(await ask(app, "/a/alice/stated")).toBe(200);
    expect(await ask(app, "/a/alice/secret")).toBe("owner_mismatch");
    expect(await ask(app, "/b/alice/x")).toBe(200);
  });

  it("works in mounted apps and base paths, with their own error handlers and guards", async () => {
    const app = build();
    const plain = new Hono<UsherEnv>().get("/:userId", owner(rule), done).get("/:userId/secret", done);
    app.route("/plain", plain);
    const handling = new Hono<UsherEnv>().onError((_error, c) => c.text("failed", 500));
    app.route("/handling", handling.get("/:userId", owner(rule), done).get("/:userId/secret", done));
    app.basePath("/based").get("/:userId", owner(rule), done).get("/:userId/secret", done);
    const guarded = build();
    guarded.get("/:userId", owner(rule), done).get("/:userId/secret", done);
    guarded.route("/handling", handling);
    app.route("/guarded", guarded);
    const below = new Hono<UsherEnv>().get("/x", owner(rule), done).get("/secret", done);
    app.route("/below/:userId", below);
    for (const name of ["plain", "handling", "based", "guarded", "guarded/handling"]) {
      expect(await ask(app, `/${name}/alice`), name).toBe(200);
      expect(await ask(app, `/${name}/alice/secret`), name).toBe("owner_mismatch");
    }
    expect(await ask(app, "/below/alice/x")).toBe(200);
    expect(await ask(app, "/below/alice/secret")).toBe("owner_mismatch");
    const outside = new Hono().route("/outside", guarded);
    expect(await ask(outside, "/outside/alice")).toBe(200);
    expect(await ask(outside, "/outside/alice/secret")).toBe("owner_mismatch");
  });

  it("rejects everyone where the guard cannot see it", async () => {
    const hints: (string | undefined)[] = [];
    const app = build({ onReject: ({ error }) => hints.push(error.hint) });
    const stated = owner(rule);
    app.get("/every/:userId", every(stated, pass), done);
    app.get("/inside/:userId", (c, next) => stated(c as never, next) as Promise<Response>, done);
    for (const path of ["/every/alice", "/inside/alice"]) {
      expect(await ask(app, path, alice), path).toBe("owner_mismatch");
      expect(await ask(app, path), path).toBe("owner_mismatch");
    }
    expect(hints[0]).toContain("Pass owner(...) itself to the app");
  });

  it("rejects everyone where Hono reads other parameters from the path than the guard", async () => {
    const hints: (string | undefined)[] = [];
    const onReject = ({ error }: { error: { hint?: string | undefined } }) => hints.push(error.hint);
    const app = build({ onReject });
    // To Hono, a colon inside a segment is text.
    app.get("/text::userId", owner(rule), done);
    expect(await ask(app, "/text::userId")).toBe("owner_mismatch");
    expect(await ask(app, "/text::userId", alice)).toBe("owner_mismatch");
    // Each of these guards knows one parameter only. To Hono, a dash is part of a name.
    const both = usher(build({ onReject }), { verifier, ownerParam: { "org-id": "org" } });
    both.get("/orgs/:org-id/users/:userId", owner(rule), done);
    const admin = tokenOf("carol", { role: "support", org: "acme" });
    expect(await ask(both, "/orgs/acme/users/carol", admin)).toBe("owner_mismatch");
    const noParameter = "/text::userId: owner is for routes with an owner parameter in their path.";
    const several = "several owner parameters (userId, org-id)";
    expect(hints).toEqual([noParameter, noParameter, expect.stringContaining(several)]);
  });

  it("is refused at start if it does not fit its path", () => {
    const app = build({ ownerParam: { userId: "sub", orgId: "org" } });
    const invalid = () => [
      () => app.get("/nothing", owner(rule), done),
      () => app.use(owner(rule)),
      () => app.get("/:orgId/:userId", owner(rule), done),
      () => app.get("/:userId", owner({ ...rule, params: ["orgId"] }), done),
      () => app.route("/sub", new Hono().get("/nothing", owner(rule) as never, done)),
      () => owner({}),
      () => owner({ or: [] }),
      () => owner(undefined as never),
    ];
    for (const add of invalid()) expect(add).toThrow(ConfigurationError);
    app.get("/:orgId/users/:userId", owner({ ...rule, params: ["userId"] }), done);
    app.get("/clients/:orgId/:userId", owner({ clients: [requireScopes("a")] }), done);
  });

  it("names its parameters where two guards hold one each", async () => {
    const reported: unknown[] = [];
    const onOwnerException = ({ exceptions }: { exceptions: unknown }) => reported.push(exceptions);
    const app = usher(build({ onOwnerException }), { verifier, ownerParam: { orgId: "org" } });
    app.get("/orgs/:orgId/users/:userId", owner({ ...rule, params: ["userId"] }), done);
    expect(() => app.get("/unnamed/:orgId/:userId", owner(rule), done)).toThrow(ConfigurationError);
    const innerWith = (ownerRule: OwnerRule) =>
      usher(new Hono(), { verifier, ownerParam: { orgId: "org" } }).get(
        "/:orgId",
        owner(ownerRule) as never,
        done,
      );
    const outer = build();
    outer.get("/first/:userId", done);
    // Each of these guards knows one parameter only. The first middleware of the inner app is its guard.
    outer.use("/inner/:userId/*", owner(rule) as never);
    expect(() => outer.route("/inner/:userId", innerWith(rule))).toThrow(ConfigurationError);
    outer.route("/inner/:userId", innerWith({ ...rule, params: ["orgId"] }));
    outer.route("/orgs", innerWith(rule));
    const middle = usher(new Hono(), { verifier, ownerParam: "teamId" }).route("/deep", innerWith(rule));
    expect(() => build().route("/:userId", middle)).toThrow(ConfigurationError);
    const admin = tokenOf("carol", { role: "support", org: "acme" });
    expect(await ask(app, "/orgs/acme/users/alice", admin)).toBe(200);
    expect(await ask(app, "/orgs/globex/users/alice", admin)).toBe("owner_mismatch");
    expect(await ask(outer, "/inner/alice/acme", admin)).toBe("owner_mismatch");
    expect(await ask(outer, "/orgs/globex", admin)).toBe(200);
    expect(await ask(outer, "/orgs/globex", alice)).toBe("owner_mismatch");
    // The first guard admitted both; the second rejected one.
    expect(reported).toHaveLength(2);
  });

  it("is reported once for each request", async () => {
    const reported: unknown[] = [];
    const app = build({ onOwnerException: ({ exceptions }) => reported.push(exceptions) });
    app.use("/a/:userId/*", owner(rule), pass);
    app.get("/a/:userId/x", owner(rule), pass, done);
    await ask(app, "/a/alice/x");
    expect(reported).toEqual([[{ param: "userId", value: "alice", policies: ["role support"] }]]);
    await ask(app, "/a/alice/x");
    expect(reported).toHaveLength(2);
  });

  it("is for the value that a validator returns, and not for an empty one", async () => {
    const app = build();
    const as = (userId: unknown) => validator("param", () => ({ userId }));
    app.get(
      "/without/:userId",
      owner(rule),
      validator("param", () => ({ limit: 7 })),
      done,
    ); // no owner
    app.get("/bob/:userId", owner(rule), as("bob"), done);
    app.get("/empty/:userId", owner(rule), as(""), done);
    app.use("/other/:userId", owner(rule), as("bob"));
    app.get("/other/:id", done);
    expect(await ask(app, "/bob/alice")).toBe(200);
    expect(await ask(app, "/without/alice")).toBe(200);
    expect(await ask(app, "/empty/alice")).toBe("owner_mismatch");
    expect(await ask(app, "/other/alice")).toBe("owner_mismatch");
  });

  it("throws without a guard", async () => {
    const app = new Hono().onError((error, c) => c.text(error.message, 500));
    app.get("/:userId", owner(rule) as never, done);
    expect(await (await app.request("/alice")).text()).toBe("owner: no usher(...) runs before this route.");
  });
});

describe("optionalAuth() in hono", () => {
  it("admits nobody to a route with policies or a guard", async () => {
    const options = { verifier, ownerParam: "userId" };
    const open = new Hono().onError((error, c) => c.text(error.message, 500));
    open.get("/policies", optionalAuth(options), enforce(requireScopes("a")) as never, done);
    open.get("/through", optionalAuth(options), pass);
    const app = usher(open, options);
    app.on("GET", ["/through", "/guarded"], (c) =>
      c.text((c.get("optionalPrincipal" as never) as { id: string }).id),
    );
    expect(await ask(app, "/policies", alice)).toBe(500);
    expect((await app.request("/through")).status).toBe(401);
    expect(await ask(app, "/through", alice)).toBe(200);
    expect(await ask(app, "/guarded", alice)).toBe(200);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const app = new Hono().onError((error, c) => c.text(error.message, 418));
      app.get("/", optionalAuth({ verifier: failing, ownerParam: "userId", onReject }), done);
      const response = await app.request("/", { headers: { authorization: `Bearer ${alice}` } });
      expect([response.status, await response.text()]).toEqual([418, "the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
    }
  });

  it("rejects invalid options at once", () => {
    expect(() => optionalAuth({ verifier, ownerParam: "" })).toThrow(ConfigurationError);
  });
});
