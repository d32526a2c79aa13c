import { createServer } from "node:http";
import { createRequire } from "node:module";
import KoaRouter from "@koa/router";
import Koa from "koa";
import TreeRouter from "koa-tree-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { enforceOwner, owner, type UsherOptions, type UsherState, usher } from "../../src/adapters/koa.ts";
import { ConfigurationError, requireClaim } from "../../src/index.ts";
import { sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

// These routers have no types.
const require = createRequire(import.meta.url);
type Run = (context: Koa.Context, ...given: unknown[]) => unknown;
const route = require("koa-route") as Record<
  "get" | "all",
  (path: string | RegExp, run?: Run) => Koa.Middleware
>;
const mount = require("koa-mount") as (path: string, app: Koa | Koa.Middleware) => Koa.Middleware;
const OldRouter = require("koa-router") as typeof KoaRouter;

// Another copy of the package. It is evaluated here and not in a test, where a mutant could be active.
vi.resetModules();
const other = await import("../../src/adapters/koa.ts");

const { issuer, verifier } = createBench();
const alice = `Authorization: Bearer ${issuer.tokenFor("alice")}`;

let server: ContractServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(app: Pick<Koa, "callback">, target: string, headers = [alice]): Promise<[number, string]> {
  server ??= await listen(createServer(app.callback()));
  const { status, body } = await sendRaw(server.origin, { target, headers });
  return [status, body.startsWith("{") ? JSON.parse(body).code : body];
}

function build(options: Partial<UsherOptions> = {}): Koa<UsherState> {
  const app = new Koa<UsherState>();
  app.silent = true;
  app.use(usher({ verifier, ownerParam: "userId", ...options }));
  return app;
}

/** Each router as its docs show it, with one route whose handler may read nothing of the request. */
const routers: Readonly<Record<string, (app: Koa, path: string, run: Run) => unknown>> = {
  "@koa/router": (app, path, run) => app.use(new KoaRouter().get(path, run).routes()),
  "@koa/router, nested": (app, path, run) =>
    app.use(
      new KoaRouter({ prefix: path.replace(/\/[^/]*$/, "") })
        .use(new KoaRouter().get(path.replace(/.*(?=\/)/, ""), run).routes())
        .routes(),
    ),
  "koa-router": (app, path, run) => app.use(new OldRouter().get(path, run).routes()),
  "koa-tree-router": (app, path, run) => app.use(new TreeRouter().get(path, run as never).routes() as never),
  "koa-tree-router, a group": (app, path, run) => {
    const router = new TreeRouter();
    router.newGroup("/users").get(path.replace("/users", ""), run as never);
    app.use(router.routes() as never);
  },
  "koa-route": (app, path, run) => app.use(route.get(path, run)),
  "koa-route, all methods": (app, path, run) => app.use(route.all(path, run)),
  "koa-mount": (app, path, run) =>
    app.use(mount("/users", new KoaRouter().get(path.replace("/users", ""), run).routes() as never)),
  "koa-mount, an app": (app, path, run) => {
    const inner = new Koa();
    inner.use(new KoaRouter().get(path.replace("/users", ""), run).routes());
    app.use(mount("/users", inner));
  },
};

describe.each(Object.entries(routers))("koa adapter with %s", (name, add) => {
  const answering = (context: Koa.Context) => {
    context.body = "in";
  };

  it("rejects another user's path, even if the handler reads no parameter", async () => {
    const run = vi.fn(answering);
    const app = build();
    add(app, "/users/:userId/tasks", run);
    for (const path of ["/users/bob/tasks", "/users/b%6Fb/tasks", "/users/alice%2F/tasks"]) {
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    }
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/users/alice/tasks")).toEqual([200, "in"]);
    // This router does not decode, so its handlers get another value than the id.
    const decoded = name.startsWith("koa-tree-router") ? [403, "owner_mismatch"] : [200, "in"];
    expect(await ask(app, "/users/%61lice/tasks")).toEqual(decoded);
  });

  it("rejects a parameter with another spelling", async () => {
    const app = build();
    add(app, "/users/:user_id/tasks", answering);
    expect(await ask(app, "/users/alice/tasks")).toEqual([403, "owner_mismatch"]);
  });

  it("passes parameters to the handler, and allows other parameters for every user", async () => {
    const app = build();
    add(app, "/users/:userId/:taskId", (context, ...given) => {
      context.body = /^koa-route\b(?!r)/.test(name)
        ? given.slice(0, 2).join()
        : `${context.params.userId},${context.params.taskId}`;
    });
    expect(await ask(app, "/users/alice/bob")).toEqual([200, "alice,bob"]);
  });
});

describe("koa adapter", () => {
  it("rejects a path without its optional owner", async () => {
    const own = (context: Koa.Context) => {
      context.body = String(context.params?.userId);
    };
    for (const Router of [KoaRouter, OldRouter]) {
      const app = build();
      app.use(new Router().get(Router === KoaRouter ? "/users{/:userId}" : "/users{/:userId}", own).routes());
      expect(await ask(app, "/users")).toEqual([403, "owner_mismatch"]);
      expect(await ask(app, "/users/alice")).toEqual([200, "alice"]);
      await server?.close();
      server = undefined;
    }
    const app = build();
    app.use(route.get("/users/:userId?", own));
    app.use(route.get(/^\/rows(?:\/(?<userId>\w+))?$/, own));
    for (const path of ["/users", "/users/alice", "/rows", "/rows/alice"]) {
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    }
  });

  it("rejects a path without its optional owner if the router sets the route before the parameters", async () => {
    // As koa-better-router does.
    const set = (path: string, params: object): Koa.Middleware => {
      return (context, next) => {
        context.route = { path, params };
        context.params = params;
        return next();
      };
    };
    const answering: Koa.Middleware = (context) => {
      context.body = "in";
    };
    const leftOut = build();
    leftOut.use(set("/users/:userId?", {})).use(answering);
    expect(await ask(leftOut, "/users")).toEqual([403, "owner_mismatch"]);
    await server?.close();
    server = undefined;
    // A later router's parameters are not those of this route.
    const later = build();
    later.use(set("/users/:userId?", { userId: "alice" })).use((context, next) => {
      context.params = { taskId: "1" };
      return next();
    });
    later.use(answering);
    expect(await ask(later, "/tasks/1")).toEqual([200, "in"]);
  });

  it("checks parameters that a router set before the guard ran", async () => {
    const run = vi.fn((context: Koa.Context) => {
      context.body = "in";
    });
    const router = new KoaRouter();
    router.get("/users/:userId", usher({ verifier, ownerParam: "userId" }) as never, run);
    router.get("/optional{/:userId}", usher({ verifier, ownerParam: "userId" }) as never, run);
    const app = new Koa().use(router.routes());
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/optional")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/users/alice")).toEqual([200, "in"]);
    expect(await ask(app, "/optional/alice")).toEqual([200, "in"]);
  });

  it("checks the pattern that a router set before the guard ran, in the first request of an app", async () => {
    for (const path of ["/optional", "/optional/alice"]) {
      const router = new KoaRouter();
      router.get("/optional{/:userId}", usher({ verifier, ownerParam: "userId" }) as never, (context) => {
        context.body = "in";
      });
      const app = new Koa().use(router.routes());
      const expected = path === "/optional" ? [403, "owner_mismatch"] : [200, "in"];
      expect(await ask(app, path)).toEqual(expected);
      await server?.close();
      server = undefined;
    }
  });

  it("checks parameters of middleware that sets no pattern, even if nothing reads them", async () => {
    const set: Koa.Middleware = (context, next) => {
      context.params = { userId: context.path.slice(1) };
      return next();
    };
    const guard = usher({ verifier, ownerParam: "userId" }) as Koa.Middleware;
    for (const order of [
      [set, guard],
      [guard, set],
    ] as const) {
      const app = new Koa();
      for (const middleware of order) app.use(middleware);
      app.use((context) => {
        context.body = "in";
      });
      expect(await ask(app, "/bob")).toEqual([403, "owner_mismatch"]);
      expect(await ask(app, "/alice")).toEqual([200, "in"]);
      await server?.close();
      server = undefined;
    }
  });

  it("does not affect requests that no guard has accepted, nor the objects that routers set", async () => {
    const open = new KoaRouter().get("/open/:userId", (context) => {
      context.body = `open ${context.params.userId} ${context.routerPath}`;
    });
    const params = { userId: "alice" };
    const seen: unknown[] = [];
    const app = new Koa().use(open.routes()).use(usher({ verifier, ownerParam: "userId" }));
    app.use((context) => {
      context.params = params;
      const { routerPath } = Object.getOwnPropertyDescriptors(app.context) as Record<
        string,
        PropertyDescriptor
      >;
      seen.push([context.params === params, routerPath?.set, routerPath?.enumerable]);
      context.body = "in";
    });
    for (let count = 0; count < 2; count++) {
      expect(await ask(app, "/x")).toEqual([200, "in"]);
      expect((await ask(app, "/open/bob", []))[1]).toMatch(/^open bob/);
    }
    const [first] = seen;
    expect(first).toEqual([true, expect.any(Function), true]);
    expect(seen).toEqual([first, first]);
  });

  it("checks parameters that middleware changed before the handler", async () => {
    const changes: Koa.Middleware[] = [
      (context, next) => {
        context.params.userId = "bob";
        return next();
      },
      (context, next) => {
        context.params = { userId: "bob" };
        return next();
      },
      (context, next) => {
        (context.request as unknown as { params: object }).params = { userId: "bob" };
        return next();
      },
    ];
    const router = new KoaRouter();
    for (const [index, change] of changes.entries()) {
      router.get(`/${index}/:userId`, change, (context) => {
        context.body = `${context.params.userId} ${(context.request as unknown as { params: { userId: string } }).params.userId}`;
      });
    }
    const app = build().use(router.routes());
    for (const index of changes.keys())
      expect(await ask(app, `/${index}/alice`)).toEqual([403, "owner_mismatch"]);
  });

  it("checks every guard that a request passes, also of another copy of this package", async () => {
    const router = new KoaRouter().get("/users/:userId/teams{/:memberId}", (context) => {
      context.body = "both";
    });
    const app = build()
      .use(other.usher({ verifier, ownerParam: "memberId" }))
      .use(router.routes());
    expect(await ask(app, "/users/alice/teams/alice")).toEqual([200, "both"]);
    for (const path of ["/users/bob/teams/alice", "/users/alice/teams/bob", "/users/alice/teams"]) {
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    }
  });

  it("sees the rules of its routes, also before a guard of another copy of this package", async () => {
    // No guard has seen its layers.
    const copied = anotherCopy<typeof KoaRouter & { default?: typeof KoaRouter }>("@koa/router");
    const router = new (copied.default ?? copied)<UsherState>();
    const isSupport = requireClaim(({ role }) => role === "support", "role support");
    router.get("/users/:userId", owner({ or: [isSupport] }), (context) => {
      context.body = "in";
    });
    const app = build()
      .use(other.usher({ verifier, ownerParam: "memberId" }))
      .use(router.routes());
    const support = `Authorization: Bearer ${issuer.tokenFor("carol", { claims: { role: "support" } })}`;
    expect(await ask(app, "/users/alice", [support])).toEqual([200, "in"]);
  });

  it("keeps the router in the context, and records layers only where a guard has accepted", async () => {
    const routerWithLayer = () => {
      class Layer {
        params() {
          return {};
        }
      }
      const { params } = Layer.prototype;
      return { stack: [new Layer()], isRecorded: () => Layer.prototype.params !== params };
    };
    const open = routerWithLayer();
    const guarded = routerWithLayer();
    const seen: unknown[] = [];
    const app = new Koa();
    app.use((context, next) => {
      context.router = context.path === "/open" ? open : guarded;
      seen.push(context.router);
      context.body = "in";
      return context.path === "/open" ? undefined : next();
    });
    app.use(usher({ verifier, ownerParam: "userId" })).use((context) => {
      seen.push(context.router);
      context.body = "in";
    });
    for (const path of ["/guarded", "/guarded", "/open"]) expect(await ask(app, path)).toEqual([200, "in"]);
    expect(seen).toEqual([guarded, guarded, guarded, guarded, open]);
    expect([guarded.isRecorded(), open.isRecorded()]).toEqual([true, false]);
    expect(Object.getOwnPropertyDescriptor(app.context, "router")?.enumerable).toBe(true);
  });

  it("passes on what middleware throws instead of the rejection, and what handlers throw: any value", async () => {
    const caught: unknown[] = [];
    const outer = new Koa();
    outer.use(async (context, next) => {
      try {
        await next();
      } catch (error) {
        caught.push(error);
        context.body = "caught";
      }
    });
    outer.use(usher({ verifier, ownerParam: "userId" }));
    outer.use(async (_context, next) => {
      try {
        await next();
      } catch (error) {
        throw error === undefined ? undefined : "another";
      }
    });
    const router = new KoaRouter()
      .get("/users/:userId", () => undefined)
      .get("/nothing", () => {
        throw undefined;
      });
    outer.use(router.routes());
    expect(await ask(outer, "/users/bob")).toEqual([200, "caught"]);
    expect(await ask(outer, "/nothing")).toEqual([200, "caught"]);
    expect(caught).toEqual(["another", undefined]);
  });

  it("says what enforceOwner needs, and whose function threw", async () => {
    expect(() => enforceOwner("userId" as never)).toThrow(
      new ConfigurationError("enforceOwner: pass a function that returns the id of a context."),
    );
    const thrown: unknown[] = [];
    const report: Koa.Middleware = async (context, next) => {
      await Promise.resolve()
        .then(next)
        .catch((error) => thrown.push(error.message));
      context.body = "reported";
    };
    const throwing = enforceOwner(() => {
      throw undefined;
    });
    const guarded = build().use(report).use(throwing);
    expect((await ask(guarded, "/"))[0]).toBe(200);
    await server?.close();
    server = undefined;
    const unguarded = new Koa().use(report).use(throwing as never);
    expect((await ask(unguarded, "/"))[0]).toBe(200);
    expect(thrown).toEqual([
      'enforceOwner\'s function threw a value that is not an Error: "undefined"',
      "enforceOwner: no usher(...) runs before this route.",
    ]);
  });

  it("checks a path without a router with enforceOwner", async () => {
    const app = build();
    const run = vi.fn((context: Koa.Context) => {
      context.body = "in";
    });
    app.use(enforceOwner((context) => context.path.split("/")[2]));
    app.use(run);
    for (const path of ["/users/bob", "/users", "/users/"])
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/users/alice")).toEqual([200, "in"]);
  });

  it("accepts only the principal's id with enforceOwner", async () => {
    for (const id of [async () => "alice", () => ["alice"], () => undefined, () => new String("alice")]) {
      const app = build().use(enforceOwner(id));
      expect(await ask(app, "/")).toEqual([403, "owner_mismatch"]);
      await server?.close();
      server = undefined;
    }
    expect(() => enforceOwner("userId" as never)).toThrow(ConfigurationError);
    const unguarded = new Koa();
    unguarded.silent = true;
    unguarded.use(enforceOwner(() => "alice"));
    expect((await ask(unguarded, "/"))[0]).toBe(500);
  });
});
