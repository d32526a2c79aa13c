import { createServer } from "node:http";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import express5, { type Express } from "express";
import express4 from "express-4";
import { afterEach, describe, expect, it, vi } from "vitest";
import { enforce, owner, type UsherOptions, usher } from "../../src/adapters/express.ts";
import { sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const bearer = (user: string, claims = {}) => `Authorization: Bearer ${issuer.tokenFor(user, { claims })}`;
const alice = bearer("alice");
const support = bearer("carol", { role: "support" });
const isSupport = requireClaim(({ role }) => role === "support", "role support");
const rule = { or: [isSupport] };

let server: ContractServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(app: Express, target: string, header = support, method = "GET"): Promise<number | string> {
  server ??= await listen(createServer(app));
  const { status, body } = await sendRaw(server.origin, { method, target, headers: [header] });
  return status < 400 || !body.startsWith("{") ? status : JSON.parse(body).code;
}

type Handler = express5.RequestHandler;
const done: Handler = ({ params }, response) => void response.json(params);
const pass: Handler = (_request, _response, next) => next();

const versions = [
  ["5", express5],
  ["4", express4],
] as const;

describe.each(versions)("owner() in express %s", (version, express) => {
  function build(options: Partial<UsherOptions> = {}): Express {
    const app = express();
    app.use(usher({ verifier, ownerParam: "userId", ...options }));
    return app;
  }
  const routerWith = (add: (router: express5.Router) => unknown, mergeParams = false): express5.Router => {
    const router = express.Router({ mergeParams });
    add(router);
    return router;
  };

  it("is for its route and method only", async () => {
    const app = build();
    app.route("/a/:userId").get(owner(rule), done).post(done);
    app.all("/all/:userId", owner(rule), done);
    app.post("/post/:userId", owner(rule), done);
    app.get("/a/:userId/b", done);
    app.use("/a/:userId", done);
    expect(await ask(app, "/a/alice")).toBe(200);
    expect(await ask(app, "/a/alice", support, "HEAD")).toBe(200);
    expect(await ask(app, "/all/alice", support, "DELETE")).toBe(200);
    expect(await ask(app, "/a/alice", alice, "POST")).toBe(200);
    expect(await ask(app, "/a/alice", alice, "PUT")).toBe(200);
    // Express runs a route for HEAD that has no middleware for it.
    expect(await ask(app, "/post/alice", alice, "HEAD")).toBe(404);
    expect(await ask(app, "/post/alice", support, "HEAD")).toBe(403);
    for (const method of ["POST", "PUT", "OPTIONS"])
      expect(await ask(app, "/a/alice", support, method), method).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice/b")).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice", bearer("bob"))).toBe("owner_mismatch");
  });

  it("is not for a later layer, whichever way the route ends", async () => {
    const app = build();
    const run = vi.fn(done);
    const throws: Handler = () => {
      throw new Error("the app's");
    };
    const onError: express5.ErrorRequestHandler = (_error, _request, response, _next) =>
      void run(_request, response, _next);
    app.get("/next/:userId", owner(rule), pass);
    app.get("/next/:userId", run);
    app.get("/route/:userId", owner(rule), (_request, _response, next) => next("route"));
    app.use("/route/:userId", run);
    app.get("/error/:userId", owner(rule), throws);
    app.use("/error/:userId", onError);
    app.get("/method/:userId", owner(rule), (request, _response, next) => {
      request.method = "POST";
      next();
    });
    app.post("/method/:userId", run);
    for (const path of ["/next", "/route", "/error", "/method"])
      expect(await ask(app, `${path}/alice`), path).toBe("owner_mismatch");
    expect(run).not.toHaveBeenCalled();
    for (const path of ["/next", "/route", "/error", "/method"])
      expect(await ask(app, `${path}/alice`, alice), path).toBe(200);
  });

  it("is not for the layer around a router that skips its route, after an error", async () => {
    const app = build();
    const failing: Handler = (_request, _response, next) => next(new Error("the app's"));
    const onError: express5.ErrorRequestHandler = (_error, _request, response, _next) =>
      void response.sendStatus(418);
    app.use(
      "/api",
      routerWith((router) => router.use(failing).get("/:userId", owner(rule), done)),
    );
    app.use(onError);
    expect(await ask(app, "/api/alice", alice)).toBe(418);
    expect(await ask(app, "/api/alice")).toBe(418);
  });

  it("covers everything in its route: middleware, error handlers, and app.param callbacks", async () => {
    const app = build();
    const run = vi.fn(async (_request, _response, next) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      next();
    });
    const failing: Handler = (_request, _response, next) => next(new Error("the app's"));
    const onError: express5.ErrorRequestHandler = (_error, { params }, response, _next) =>
      void response.json(params);
    app.param("userId", run);
    app.get("/a/:userId", owner(rule), pass, enforce(isSupport), failing, onError);
    app.get("/b/:userId", done);
    // At the same time: what one request has matched is nothing to another.
    const asked = await Promise.all([
      ask(app, "/a/alice"),
      ask(app, "/b/alice"),
      ask(app, "/a/dave"),
      ask(app, "/b/dave"),
    ]);
    expect(asked).toEqual([200, "owner_mismatch", 200, "owner_mismatch"]);
    expect(run.mock.calls.map((call) => (call as unknown[])[3]).toSorted()).toEqual(["alice", "dave"]);
  });

  it("sees a parameter that the app changes to a third user's", async () => {
    const app = build();
    app.get(
      "/a/:userId",
      owner({ or: [requireClaim(({ role }) => role === "support", "role support")] }),
      (request, _response, next) => {
        request.params.userId = "";
        next();
      },
      done,
    );
    expect(await ask(app, "/a/alice")).toBe("owner_mismatch");
  });

  it("is for parameters that the app assigns to, and not for those that it replaces", async () => {
    const app = build();
    const assign: Handler = ({ params }, _response, next) => {
      Object.assign(params, { limit: "10" });
      next();
    };
    const replace: Handler = (request, _response, next) => {
      request.params = { ...request.params };
      next();
    };
    app.get("/assigned/:userId", owner(rule), assign, done);
    app.get("/replaced/:userId", owner(rule), replace, done);
    expect(await ask(app, "/assigned/alice")).toBe(200);
    expect(await ask(app, "/replaced/alice")).toBe("owner_mismatch");
    expect(await ask(app, "/replaced/alice", alice)).toBe(200);
  });

  it("is for a mount if it is passed the router", async () => {
    const app = build();
    const inner = routerWith((router) => {
      router.get("/open", done);
      router.use("/next", pass);
    });
    app.use("/api/:userId", owner(rule, inner));
    app.use("/api/:userId/later", done);
    app.use("/api", done);
    expect(await ask(app, "/api/alice/open")).toBe(200);
    expect(await ask(app, "/api/alice/open", alice)).toBe(200);
    expect(await ask(app, "/api/alice/open", bearer("bob"))).toBe("owner_mismatch");
    expect(await ask(app, "/api/alice/later")).toBe("owner_mismatch");
    // The router passes the request on, to a layer without an owner.
    expect(await ask(app, "/api/alice/next")).toBe(200);
  });

  it("is not for the other layers of its use() call, nor for another use() of the path", async () => {
    const app = build();
    app.use("/a/:userId", owner(rule, pass), done);
    app.use("/b/:userId", owner(rule, pass));
    app.use("/b/:userId", done);
    expect(await ask(app, "/a/alice")).toBe("owner_mismatch");
    expect(await ask(app, "/b/alice")).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice", alice)).toBe(200);
  });

  it("does not reach the routes of a mounted router that have the parameter again", async () => {
    const app = build();
    const inner = routerWith((router) => {
      router.get("/stated", owner(rule), done);
      router.get("/secret", done);
    }, true);
    app.use("/api/:userId", owner(rule, inner));
    expect(await ask(app, "/api/alice/stated")).toBe(200);
    expect(await ask(app, "/api/alice/secret")).toBe("owner_mismatch");
    expect(await ask(app, "/api/alice/secret", alice)).toBe(200);
  });

  it("works in routers and apps from the first request on, of another copy of Express too", async () => {
    const app = build();
    const another = () => anotherCopy<typeof express5>(version === "5" ? "express" : "express-4");
    for (const [name, made] of [
      ["router", express.Router()],
      ["app", express()],
      ["copied-router", another().Router()],
      ["copied-app", another()()],
    ] as [string, express5.Router][]) {
      made.get("/:userId", owner(rule), done);
      made.get("/:userId/secret", done);
      app.use(`/${name}`, made);
      expect(await ask(app, `/${name}/alice`), name).toBe(200);
      expect(await ask(app, `/${name}/alice/secret`), name).toBe("owner_mismatch");
    }
    const covered = another().Router({ mergeParams: true });
    covered.get("/stated", owner(rule), done);
    covered.get("/secret", done);
    app.use("/covered/:userId", owner(rule, covered));
    expect(await ask(app, "/covered/alice/stated")).toBe(200);
    expect(await ask(app, "/covered/alice/secret")).toBe("owner_mismatch");
  });

  it("works for lists of paths and regular expressions", async () => {
    const app = build();
    app.get(["/a/:userId", "/b/:userId"], owner(rule), done);
    app.get(/^\/c\/(?<userId>[^/]+)$/, owner(rule), done);
    app.get(["/d/:userId", "/d"], owner(rule), done);
    for (const path of ["/a/alice", "/b/alice", "/c/alice", "/d/alice"])
      expect(await ask(app, path)).toBe(200);
    if (version === "5") expect(await ask(app, "/d")).toBe("owner_mismatch");
  });

  it("rejects everyone where the guard cannot see it before it checks the path", async () => {
    const hints: (string | undefined)[] = [];
    const app = build({ onReject: ({ error }) => hints.push(error.hint) });
    const stated = owner(rule);
    app.get("/second/:userId", pass, stated, done);
    app.route("/all/:userId").all(pass).get(stated, done);
    app.use("/use/:userId", stated, done);
    app.get("/inside/:userId", (request, response, next) => stated(request, response, next));
    app.get("/nothing", stated, done);
    app.use(
      "/router",
      routerWith((router) => router.use(stated).get("/:userId", done)),
    );
    const paths = ["/second/alice", "/all/alice", "/use/alice", "/inside/alice", "/nothing", "/router/alice"];
    for (const path of paths) expect(await ask(app, path, alice), path).toBe("owner_mismatch");
    expect(hints[0]).toContain("Make it the first middleware of the route");
    expect(hints[4]).toContain("owner is for routes with an owner parameter");
    for (const path of paths) expect(await ask(app, path), path).toBe("owner_mismatch");
  });

  it("rejects everyone if the rule does not fit the path", async () => {
    const app = build({ ownerParam: { userId: "sub", orgId: "org" } });
    app.get("/orgs/:orgId/users/:userId", owner(rule), done);
    app.get("/users/:userId", owner({ ...rule, params: ["orgId"] }), done);
    const member = bearer("alice", { org: "acme" });
    expect(await ask(app, "/orgs/acme/users/alice", member)).toBe("owner_mismatch");
    expect(await ask(app, "/users/alice", member)).toBe("owner_mismatch");
  });

  it("names its parameters where two guards hold one each", async () => {
    const reported: unknown[] = [];
    const app = build({ onOwnerException: ({ exceptions }) => reported.push(exceptions) });
    app.use(usher({ verifier, ownerParam: { orgId: "org" } }));
    app.get("/orgs/:orgId/users/:userId", owner({ ...rule, params: ["userId"] }), done);
    app.get("/unnamed/:orgId/:userId", owner(rule), done);
    const admin = bearer("carol", { role: "support", org: "acme" });
    expect(await ask(app, "/orgs/acme/users/alice", admin)).toBe(200);
    expect(await ask(app, "/orgs/globex/users/alice", admin)).toBe("owner_mismatch");
    expect(await ask(app, "/unnamed/acme/alice", admin)).toBe("owner_mismatch");
    expect(reported).toHaveLength(2);
  });

  it("is reported once for each request", async () => {
    const reported: unknown[] = [];
    const app = build({ onOwnerException: ({ exceptions }) => reported.push(exceptions) });
    const inner = routerWith((router) => router.get("/b", owner(rule), pass, done), true);
    app.use("/a/:userId", owner(rule, inner));
    await ask(app, "/a/alice/b");
    expect(reported).toEqual([[{ param: "userId", value: "alice", policies: ["role support"] }]]);
    await ask(app, "/a/alice/b");
    expect(reported).toHaveLength(2);
  });

  it("needs a guard before it, a rule, and something that it can cover", async () => {
    const app = express();
    const errors: unknown[] = [];
    app.get("/:userId", owner(rule), done);
    app.use(((error, _request, response, _next) => {
      errors.push(error);
      response.sendStatus(500);
    }) as express5.ErrorRequestHandler);
    expect(await ask(app, "/alice")).toBe(500);
    expect(errors).toEqual([new Error("owner: no usher(...) runs before this route.")]);
    const invalid = [
      [undefined],
      [{}],
      [{ or: [] }],
      [{ or: [isSupport], params: [7] }],
      [rule, express()],
      [rule, {}],
      [rule, "a router"],
      [rule, (_error: unknown, _request: unknown, _response: unknown, _next: unknown) => {}],
    ];
    for (const input of invalid)
      expect(() => owner(...(input as Parameters<typeof owner>))).toThrow(/^owner/);
  });

  it("guard.optional admits nobody to a route with policies or a guard", async () => {
    const guard = usher({ verifier, ownerParam: "userId" });
    const app = express();
    app.set("env", "test");
    app.get("/policies", guard.optional, enforce(requireScopes("a")), done);
    app.get("/through", guard.optional, pass);
    app.use(guard);
    app.get(["/through", "/guarded"], ({ optionalPrincipal }, response) => {
      response.sendStatus(optionalPrincipal?.id === "alice" ? 200 : 418);
    });
    const anonymous = "X-Nothing: 1";
    expect(await ask(app, "/policies", alice)).toBe(500);
    expect(await ask(app, "/policies", anonymous)).toBe(500);
    expect(await ask(app, "/through", anonymous)).toBe("credentials_missing");
    expect(await ask(app, "/through", alice)).toBe(200);
    expect(await ask(app, "/guarded", alice)).toBe(200);
  });
});
