import { createServer } from "node:http";
import { createRequire } from "node:module";
import KoaRouter from "@koa/router";
import Koa from "koa";
import TreeRouter from "koa-tree-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  enforce,
  enforceOwner,
  type OptionalUsherState,
  owner,
  type UsherOptions,
  type UsherState,
  usher,
} from "../../src/adapters/koa.ts";
import { ConfigurationError, requireClaim, requireScopes } from "../../src/index.ts";
import { sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench, failingVerifiers } from "../support.ts";

// It has no types.
const OldRouter = createRequire(import.meta.url)("koa-router") as typeof KoaRouter;

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

type App = Pick<Koa, "callback">;

async function ask(app: App, target: string, header = support, method = "GET"): Promise<number | string> {
  server ??= await listen(createServer(app.callback()));
  const { status, body } = await sendRaw(server.origin, { method, target, headers: [header] });
  return status < 400 || !body.startsWith("{") ? status : JSON.parse(body).code;
}

function build(options: Partial<UsherOptions> = {}): Koa<UsherState> {
  const app = new Koa<UsherState>();
  app.silent = true;
  app.use(usher({ verifier, ownerParam: "userId", ...options }));
  return app;
}

const done = (context: Koa.ParameterizedContext) => {
  context.body = "done";
};
const pass = (_context: unknown, next: () => Promise<unknown>) => next();

/** A second installation of a router, whose layers no guard has seen. */
function copyOf(name: string): typeof KoaRouter {
  const copy = anotherCopy<typeof KoaRouter & { default?: typeof KoaRouter }>(name);
  return copy.default ?? copy;
}

describe.each([
  ["@koa/router", KoaRouter],
  ["koa-router", OldRouter],
])("owner() with %s", (name, Router) => {
  const routerWith = (
    add: (router: KoaRouter<UsherState>) => unknown,
    options: ConstructorParameters<typeof KoaRouter>[0] = {},
  ): KoaRouter<UsherState> => {
    const router = new Router<UsherState>(options);
    add(router);
    return router;
  };

  it("is for its route only", async () => {
    const run = vi.fn(done);
    const router = routerWith((r) => {
      r.get("/a/:userId", owner(rule), enforce(isSupport), done);
      r.post("/a/:userId", run);
      r.get("/a/:userId/b", run);
      r.get(["/list/:userId", "/of/:userId"], owner(rule), done);
      r.all("/all/:userId", owner(rule), done);
      r.get("/next/:userId", owner(rule), pass);
      r.get("/next/:userId", run);
      r.get("/router/:userId", owner(rule), pass);
    });
    const later = routerWith((r) => r.get("/router/:userId", run));
    const app = build().use(router.routes()).use(later.routes());
    for (const path of ["/a/alice", "/list/alice", "/of/alice", "/all/alice"])
      expect(await ask(app, path), path).toBe(200);
    expect(await ask(app, "/a/alice", support, "HEAD")).toBe(200);
    expect(await ask(app, "/all/alice", support, "DELETE")).toBe(200);
    expect(await ask(app, "/a/alice", bearer("bob"))).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice", support, "POST")).toBe("owner_mismatch");
    for (const path of ["/a/alice/b", "/next/alice", "/router/alice"])
      expect(await ask(app, path), path).toBe("owner_mismatch");
    expect(run).not.toHaveBeenCalled();
    for (const path of ["/a/alice/b", "/next/alice", "/router/alice"])
      expect(await ask(app, path, alice), path).toBe(200);
  });

  it("is for the callbacks of router.param too, and for concurrent requests each", async () => {
    const seen: string[] = [];
    const router = routerWith((r) => {
      r.param("userId", async (id, _context, next) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(id);
        await next();
      });
      r.get("/a/:userId", owner(rule), done);
      r.get("/b/:userId", done);
    });
    const app = build().use(router.routes());
    const paths = ["/a/alice", "/b/alice", "/a/dave", "/b/dave"];
    expect(await Promise.all(paths.map((path) => ask(app, path)))).toEqual([
      200,
      "owner_mismatch",
      200,
      "owner_mismatch",
    ]);
    expect(seen.toSorted()).toEqual(["alice", "dave"]);
  });

  // koa-router matches no path of use() that has a parameter.
  it.runIf(name === "@koa/router")("is for the middleware of use() that it is passed", async () => {
    const run = vi.fn(pass);
    const router = routerWith((r) => {
      r.use("/a/:userId", owner(rule, run));
      r.get("/a/:userId/stated", owner(rule), done);
      r.get("/a/:userId/secret", done);
      r.use("/b/:userId", owner(rule, pass), pass);
      r.get("/b/:userId/stated", owner(rule), done);
    });
    const app = build().use(router.routes());
    expect(await ask(app, "/a/alice/stated")).toBe(200);
    expect(run).toHaveBeenCalledOnce();
    expect(await ask(app, "/a/alice/secret")).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice/secret", alice)).toBe(200);
    expect(await ask(app, "/b/alice/stated")).toBe("owner_mismatch");
  });

  it("works in nested routers, with prefixes, and from the first request on in another copy", async () => {
    const add = (r: KoaRouter<UsherState>) => r.get("/x", owner(rule), done).get("/secret", done);
    const nested = routerWith((r) => r.use(pass).use("/nested/:userId", routerWith(add).routes()));
    const prefixed = routerWith(add, { prefix: "/prefixed/:userId" });
    const app = build().use(nested.routes()).use(prefixed.routes());
    if (name === "@koa/router") {
      const copied = new (copyOf(name))<UsherState>({ prefix: "/copied/:userId" });
      add(copied);
      app.use(copied.routes());
      expect(await ask(app, "/copied/alice/x")).toBe(200);
      expect(await ask(app, "/copied/alice/secret")).toBe("owner_mismatch");
    }
    for (const path of ["/nested/alice", "/prefixed/alice"]) {
      expect(await ask(app, `${path}/x`), path).toBe(200);
      expect(await ask(app, `${path}/secret`), path).toBe("owner_mismatch");
    }
  });

  it("works where the guard is a middleware of the router", async () => {
    const app = new Koa();
    app.silent = true;
    const router = new (copyOf(name))<UsherState>();
    router.use(usher({ verifier, ownerParam: "userId" }));
    router.get("/a/:userId", owner(rule), done);
    router.get("/a/:userId/secret", done);
    app.use(router.routes());
    expect(await ask(app, "/a/alice")).toBe(200);
    expect(await ask(app, "/a/alice/secret")).toBe("owner_mismatch");
  });

  it("rejects everyone where the guard cannot see it before it checks the path", async () => {
    const hints: (string | undefined)[] = [];
    const stated = owner(rule);
    const router = routerWith((r) => {
      r.get("/second/:userId", pass, stated, done);
      if (name === "@koa/router") r.use("/use/:userId", stated);
      r.get("/use/:userId/x", name === "@koa/router" ? pass : enforceOwner(() => "nobody"), done);
      r.get("/inside/:userId", (context, next) => stated(context, next) as Promise<unknown>, done);
      r.get("/nothing", stated, done);
      r.get("/changed/:userId", stated, (context, next) => {
        context.params = { ...context.params };
        return next();
      });
      r.get("/refilled/:userId", stated, (context, next) => {
        context.params = Object.assign(context.params, { more: "1" });
        return next();
      });
    });
    const app = build({ onReject: ({ error }) => hints.push(error.hint) }).use(router.routes());
    for (const path of ["/second/alice", "/use/alice/x", "/inside/alice", "/nothing"]) {
      expect(await ask(app, path, alice), path).toBe("owner_mismatch");
      expect(await ask(app, path), path).toBe("owner_mismatch");
    }
    expect(hints[0]).toContain("Make it the first middleware of a route");
    // Parameters that the app has made or set again are no route's.
    for (const path of ["/changed/alice", "/refilled/alice"])
      expect(await ask(app, path), path).toBe("owner_mismatch");
  });

  it("must fit the owner parameters of its path, of all guards", async () => {
    const reported: unknown[] = [];
    const app = build({ onOwnerException: ({ exceptions }) => reported.push(exceptions) });
    app.use(usher({ verifier, ownerParam: { orgId: "org" } }));
    const router = routerWith((r) => {
      r.get("/orgs/:orgId/users/:userId", owner({ ...rule, params: ["userId"] }), done);
      r.get("/unnamed/:orgId/:userId", owner(rule), done);
      r.get("/other/:userId", owner({ ...rule, params: ["orgId"] }), done);
    });
    app.use(router.routes());
    const admin = bearer("carol", { role: "support", org: "acme" });
    expect(await ask(app, "/orgs/acme/users/alice", admin)).toBe(200);
    expect(reported).toEqual([[{ param: "userId", value: "alice", policies: ["role support"] }]]);
    expect(await ask(app, "/orgs/globex/users/alice", admin)).toBe("owner_mismatch");
    expect(await ask(app, "/unnamed/acme/alice", admin)).toBe("owner_mismatch");
    expect(await ask(app, "/other/carol", admin)).toBe("owner_mismatch");
  });
});

describe("owner() in koa", () => {
  it("is not for the routes of another kind of router below it", async () => {
    const run = vi.fn(done);
    const outer = new KoaRouter<UsherState>();
    const inner = new OldRouter<UsherState>();
    // It fills the parameters of the layer before.
    inner.get("/a/:userId", run);
    outer.get("/a/:userId", owner(rule), pass).use(inner.routes());
    const app = build().use(outer.routes());
    expect(await ask(app, "/a/alice")).toBe("owner_mismatch");
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/a/alice", alice)).toBe(200);
  });

  it("rejects everyone with a router that has no layers", async () => {
    const tree = new TreeRouter();
    tree.get("/a/:userId", owner(rule) as never, done as never);
    const app = build().use(tree.routes() as never);
    expect(await ask(app, "/a/alice", alice)).toBe("owner_mismatch");
    expect(await ask(app, "/a/alice")).toBe("owner_mismatch");
  });

  it("needs a guard before it, a rule, and a middleware to cover", async () => {
    const app = new Koa<UsherState>();
    app.silent = true;
    const errors: string[] = [];
    app.on("error", (error: Error) => errors.push(error.message));
    app.use(owner(rule));
    expect(await ask(app, "/alice")).toBe(500);
    expect(errors).toEqual(["owner: no usher(...) runs before this route."]);
    for (const input of [undefined, {}, { or: [] }])
      expect(() => owner(input as never)).toThrow(ConfigurationError);
    for (const covered of [new KoaRouter().routes(), "x"])
      expect(() => owner(rule, covered as never)).toThrow(
        new ConfigurationError(
          "owner: the second argument must be a middleware. State the rules of a router in its own routes.",
        ),
      );
  });
});

describe("enforceOwner() in koa", () => {
  it("compares with a claim or a function of the principal", async () => {
    const app = build({ ownerParam: null });
    app.use((context, next) =>
      context.path.startsWith("/orgs/")
        ? enforceOwner((c) => c.path.split("/")[2], "org")(context, next)
        : enforceOwner(
            (c) => c.path.split("/")[2],
            ({ claims }) => claims.teams as string[],
          )(context, next),
    );
    app.use(done);
    const member = bearer("alice", { org: "acme", teams: ["a", "b"] });
    expect(await ask(app, "/orgs/acme", member)).toBe(200);
    expect(await ask(app, "/orgs/alice", member)).toBe("owner_mismatch");
    expect(await ask(app, "/orgs/acme", alice)).toBe("owner_mismatch");
    expect(await ask(app, "/teams/b", member)).toBe(200);
    expect(await ask(app, "/teams/c", member)).toBe("owner_mismatch");
    for (const invalid of ["", 7, null])
      expect(() => enforceOwner(() => "x", invalid as never)).toThrow(
        new ConfigurationError('enforceOwner: the owner is a claim, such as "org", or a function.'),
      );
  });
});

describe("guard.optional in koa", () => {
  it("admits nobody to a route with policies or a guard", async () => {
    const guard = usher({ verifier, ownerParam: "userId" });
    const open = new KoaRouter<OptionalUsherState>();
    open.get("/policies", guard.optional, enforce(requireScopes("a")) as never, done);
    open.get("/through", guard.optional, pass);
    const app = new Koa<UsherState & OptionalUsherState>();
    app.silent = true;
    app.use(open.routes()).use(guard);
    app.use((context) => {
      context.body = context.state.optionalPrincipal?.id.at(0);
    });
    expect(await ask(app, "/policies", alice)).toBe(500);
    expect(await ask(app, "/through", "X-Nothing: 1")).toBe("credentials_missing");
    expect(await ask(app, "/through", alice)).toBe(200);
    expect(await ask(app, "/guarded", alice)).toBe(200);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const app = new Koa();
      app.silent = true;
      const errors: string[] = [];
      app.on("error", (error: Error) => errors.push(error.message));
      app.use(usher({ verifier: failing, ownerParam: "userId", onReject }).optional as never);
      expect(await ask(app, "/", alice)).toBe(500);
      expect(errors).toEqual(["the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
      await server?.close();
      server = undefined;
    }
  });
});
