import { createServer } from "node:http";
import express5, { type Express } from "express";
import express4 from "express-4";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type UsherOptions, usher } from "../../src/adapters/express.ts";
import { sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

// Copies of the package. They are evaluated here and not in a test, where a mutant could be active.
vi.resetModules();
const second = await import("../../src/adapters/express.ts");
vi.resetModules();
const third = await import("../../src/adapters/express.ts");

const { issuer, verifier } = createBench();
const alice = `Authorization: Bearer ${issuer.tokenFor("alice")}`;

let server: ContractServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(app: Express, target: string, headers = [alice]): Promise<[number, string]> {
  server ??= await listen(createServer(app));
  const { status, body } = await sendRaw(server.origin, { target, headers });
  return [status, body.startsWith("{") ? JSON.parse(body).code : body];
}

type Handler = express5.RequestHandler;
const send =
  (text: string): Handler =>
  (_request, response) =>
    void response.send(text);
const own: Handler = ({ params }, response) => void response.send(String(params.userId));
const failing: Handler = () => {
  throw new Error("the app's");
};

const versions = [
  ["5", express5],
  ["4", express4],
] as const;

describe.each(versions)("express %s", (version, express) => {
  const optional = version === "5" ? "/users{/:userId}" : "/users/:userId?";

  function build(options: Partial<UsherOptions> = {}): Express {
    const app = express();
    app.use(usher({ verifier, ownerParam: "userId", ...options }));
    return app;
  }

  it("runs no app.param or router.param callback for another user's id, from the first request on", async () => {
    const run = vi.fn((_request, _response, next) => next());
    const app = build();
    app.param("userId", run);
    app.param("taskId", run);
    app.get("/users/:userId/tasks/:taskId", own);
    const router = express.Router();
    router.param("userId", run);
    router.get("/:userId", own);
    app.use("/in/a/router", router);
    app.use("/in/a/function", (request, response, next) => router(request, response, next));
    const mounted = express();
    mounted.param("userId", run);
    mounted.get("/:userId", own);
    app.use("/in/an/app", mounted);
    app.use(
      "/called/by/hand",
      (request, response, next) => void (mounted as unknown as Handler)(request, response, next),
    );
    const paths = [
      "/users/?/tasks/1",
      "/in/a/router/?",
      "/in/a/function/?",
      "/in/an/app/?",
      "/called/by/hand/?",
    ];
    for (const path of paths)
      expect(await ask(app, path.replace("?", "bob"))).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    for (const path of paths) expect(await ask(app, path.replace("?", "alice"))).toEqual([200, "alice"]);
    expect(run).toHaveBeenCalledTimes(6);
  });

  it("runs no router.param callback if the guard is in a router that a function calls", async () => {
    const run = vi.fn((_request, _response, next) => next());
    const app = express();
    const router = express.Router();
    router.use(usher({ verifier, ownerParam: "userId" }));
    router.param("userId", run);
    router.get("/:userId", own);
    app.use("/api", (request, response, next) => router(request, response, next));
    expect(await ask(app, "/api/bob")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/api/alice")).toEqual([200, "alice"]);
  });

  it("runs no error handler of another user's path", async () => {
    const run = vi.fn();
    const onError = ((_error, _request, response, _next) => {
      run();
      response.status(418).send("handled");
    }) as express5.ErrorRequestHandler;
    const app = build();
    app.get("/users/:userId", failing, onError);
    app.get("/other/:userId", failing);
    app.use("/other/:userId", onError);
    app.use("/rows", failing);
    app.use("/rows/:userId", onError);
    const router = express.Router({ mergeParams: true });
    router.use(failing);
    router.use(onError);
    app.use("/teams/:userId", router);
    for (const path of ["/users/bob", "/other/bob", "/rows/bob", "/teams/bob"]) {
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    }
    expect(run).not.toHaveBeenCalled();
    for (const path of ["/users/alice", "/other/alice", "/rows/alice", "/teams/alice"]) {
      expect(await ask(app, path)).toEqual([418, "handled"]);
    }
  });

  it("does not reject because of a handler that Express would not run", async () => {
    const app = build();
    app.use("/:userId", ((_error, _request, response, _next) =>
      response.send("handled")) as express5.ErrorRequestHandler);
    app.get("/me", send("me"));
    app.use("/fails", failing);
    app.use("/:userId", own);
    app.use(((_error, _request, response, _next) =>
      response.send("handled at the end")) as express5.ErrorRequestHandler);
    expect(await ask(app, "/me")).toEqual([200, "me"]);
    expect(await ask(app, "/fails")).toEqual([200, "handled at the end"]);
  });

  it("rejects a path without its optional owner", async () => {
    const app = build();
    app.get(optional, own);
    const router = express.Router();
    router.use("/tasks", send("tasks"));
    app.use(`/v1${optional}`, router);
    app.get(/^\/regular(?:\/(?<userId>\w+))?$/, own);
    app.get(["/either", "/either/:userId"], own);
    app.get(optional.replaceAll("users", "misspelt").replace("userId", "user_id"), send("misspelt"));
    for (const path of ["/users", "/v1/users/tasks", "/regular", "/either", "/misspelt", "/misspelt/alice"]) {
      expect(await ask(app, path), path).toEqual([403, "owner_mismatch"]);
    }
    expect(await ask(app, "/users/alice")).toEqual([200, "alice"]);
    expect(await ask(app, "/v1/users/alice/tasks")).toEqual([200, "tasks"]);
    expect(await ask(app, "/either/alice")).toEqual([200, "alice"]);
  });

  it("checks parameters that middleware changed before the handler", async () => {
    const app = build();
    const change: Handler = ({ params }, _response, next) => {
      params.userId = "bob";
      next();
    };
    const replace: Handler = (request, _response, next) => {
      request.params = { userId: "bob" };
      next();
    };
    app.get("/changed/:userId", change, own);
    app.get("/replaced/:userId", replace, own);
    app.get("/later/:userId", (_request, _response, next) => void setTimeout(next, 1), replace, own);
    for (const path of ["/changed/alice", "/replaced/alice", "/later/alice"]) {
      expect(await ask(app, path)).toEqual([403, "owner_mismatch"]);
    }
  });

  it("checks a URL that later middleware rewrote, and a route that calls next", async () => {
    const app = build();
    app.use("/rewritten", (request, _response, next) => {
      request.url = "/users/bob";
      next();
    });
    app.use("/rewritten", (request, response, next) => users(request, response, next));
    app.get("/me", (_request, _response, next) => next("route"));
    app.get("/:userId", own);
    const users = express.Router();
    users.get("/users/:userId", own);
    expect(await ask(app, "/rewritten/x")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/me")).toEqual([403, "owner_mismatch"]);
  });

  it("checks every guard that a request passes, also of another copy of this package", async () => {
    const app = build();
    app.use(second.usher({ verifier, ownerParam: "memberId" }));
    app.get("/users/:userId/teams/:memberId", own);
    expect(await ask(app, "/users/alice/teams/alice")).toEqual([200, "alice"]);
    expect(await ask(app, "/users/bob/teams/alice")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/users/alice/teams/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("defines `req.params` once, as a property like Express's own, for any number of apps", async () => {
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count++) {
      server = undefined;
      const app = express();
      app.use(third.usher({ verifier, ownerParam: "userId" }));
      app.get("/users/:userId", (request, response) => {
        const listed: string[] = [];
        for (const name in request) listed.push(name);
        const prototype = Object.getPrototypeOf(Object.getPrototypeOf(request)) as object;
        seen.push([listed.includes("params"), Object.getOwnPropertyDescriptor(prototype, "params")?.set]);
        response.send("in");
      });
      expect((await ask(app, "/users/alice"))[0]).toBe(200);
      await (server as ContractServer | undefined)?.close();
    }
    const [first] = seen as [[boolean, unknown]];
    expect(first).toEqual([true, expect.any(Function)]);
    expect(seen).toEqual([first, first, first]);
  });

  it("runs no app.param callback for the first request that a copy of Express gets", async () => {
    const run = vi.fn((_request, _response, next) => next());
    const app = anotherCopy<typeof express5>(version === "5" ? "express" : "express-4")();
    app.use(usher({ verifier, ownerParam: "userId" }));
    app.param("userId", run);
    app.get("/:userId", own);
    expect(await ask(app, "/bob")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/alice")).toEqual([200, "alice"]);
  });

  describe.each(["express", "express-4"] as const)("with a second copy of Express: %s", (name) => {
    const places = {
      "a mounted app": (copy: typeof express5, app: Express, route: Handler) => {
        const inner = copy();
        inner.get("/:userId", route);
        app.use("/in", inner);
      },
      "an app within a mounted app": (copy: typeof express5, app: Express, route: Handler) => {
        const [outer, inner] = [copy(), copy()];
        inner.get("/:userId", route);
        outer.use("/in", inner);
        app.use("/", outer);
      },
      "a mounted app that has middleware with the parameter": (
        copy: typeof express5,
        app: Express,
        route: Handler,
      ) => {
        const inner = copy();
        inner.use("/:userId", route);
        app.use("/in", inner);
      },
      "a router": (copy: typeof express5, app: Express, route: Handler) => {
        const inner = copy.Router();
        inner.use("/:userId", route);
        app.use("/in", inner);
      },
      "a router that a route leads to": (copy: typeof express5, app: Express, route: Handler) => {
        const inner = copy.Router();
        inner.use("/in/:userId", route);
        app.get(version === "5" ? "/{*rest}" : "*", inner);
      },
      "a router that a function calls": (copy: typeof express5, app: Express, route: Handler) => {
        const inner = copy.Router();
        inner.get("/:userId", route);
        app.use("/in", (request, response, next) => inner(request, response, next));
      },
    };

    it.each(Object.entries(places))("guards %s", async (_place, build2) => {
      const app = build();
      const run = vi.fn(own);
      build2(anotherCopy<typeof express5>(name), app, (request, response, next) =>
        run(request, response, next),
      );
      expect(await ask(app, "/in/bob")).toEqual([403, "owner_mismatch"]);
      expect(run).not.toHaveBeenCalled();
      expect(await ask(app, "/in/alice")).toEqual([200, "alice"]);
    });

    it("does not change it for a request that no guard has accepted", async () => {
      const inner = anotherCopy<typeof express5>(name).Router();
      inner.get("/:userId", own);
      const layer: object = Object.getPrototypeOf(inner.stack[0]);
      const unchanged = { ...layer };
      const app = express();
      app.use("/public", inner);
      app.use(usher({ verifier, ownerParam: "userId" }));
      expect(await ask(app, "/guarded")).toEqual([404, expect.any(String)]);
      expect(await ask(app, "/public/bob")).toEqual([200, "bob"]);
      expect({ ...layer }).toEqual(unchanged);
    });

    it("gives a layer that it cannot see an empty id, never `undefined`, which a database could ignore", async () => {
      const copy = anotherCopy<typeof express5>(name);
      const inner = copy.Router();
      const param = vi.fn();
      inner.param("userId", param);
      const seen = vi.fn();
      inner.use("/:userId/:taskId", ({ params }, response) => {
        seen({ ...params });
        response.send("in");
      });
      const app = build();
      app.use("/in", (request, response, next) => inner(request, response, next));
      await ask(app, "/in/bob/1");
      expect(seen).toHaveBeenCalledExactlyOnceWith({ userId: "", taskId: "" });
      expect(param).not.toHaveBeenCalled();
    });
  });
});
