import { createServer } from "node:http";
import type express5 from "express";
import type { Express } from "express";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { owner, usher } from "../../src/adapters/express.ts";
import { subscribe } from "../../src/events/index.ts";
import { requireClaim } from "../../src/index.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const authorization = `Bearer ${issuer.tokenFor("alice")}`;

type Handler = express5.RequestHandler;

/** Sends requests to an app, as Alice, and returns their status. */
async function serve(app: Express): Promise<(path: string) => Promise<number>> {
  app.set("env", "test");
  const server = await listen(createServer(app));
  onTestFinished(() => server.close());
  return async (path) => (await fetch(server.origin + path, { headers: { authorization } })).status;
}

type Build = (copy: typeof express5, app: Express, guard: Handler, run: Handler) => unknown;

/** A router with a guard, and a later middleware whose path has the owner. */
function guarded(framework: typeof express5, guard: Handler, run: Handler): express5.Router {
  const router = framework.Router();
  router.use(guard);
  router.use("/:userId", run);
  return router;
}

const reached: Record<string, Build> = {
  "a router": (copy, app, guard, run) => app.use("/in", guarded(copy, guard, run)),
  "a router in a router": (copy, app, guard, run) =>
    app.use("/in", copy.Router().use(guarded(copy, guard, run))),
  "a router in a router of the first copy": (copy, app, guard, run) =>
    app.use("/in", (app.get("copy") as typeof express5).Router().use(guarded(copy, guard, run))),
  "a router that a route leads to": (copy, app, guard, run) =>
    app.get(/^\/in/, copy.Router().use("/in", guarded(copy, guard, run))),
  "a router, by a function": (copy, app, guard, run) =>
    app.use(
      "/in",
      guarded(copy, (request, response, next) => guard(request, response, next), run),
    ),
  "a router that a rule covers": (copy, app, guard, run) => {
    app.use(usher({ verifier, ownerParam: "teamId", log: false }));
    const isAnyone = requireClaim(() => true, "anyone");
    app.use("/:teamId", owner({ or: [isAnyone] }, guarded(copy, guard, run)));
  },
  "a router of a mounted app": (copy, app, guard, run) => {
    const inner = copy();
    inner.use(guarded(copy, guard, run));
    app.use("/in", inner);
  },
  "a mounted app": (copy, app, guard, run) => {
    const inner = copy();
    inner.use(guard);
    inner.use("/:userId", run);
    app.use("/in", inner);
  },
  "a router of the first copy in a mounted app": (copy, app, guard, run) => {
    const inner = copy();
    inner.use(guarded(app.get("copy"), guard, run));
    app.use("/in", inner);
  },
  "a mounted app that only a function calls": (copy, app, guard, run) => {
    const inner = copy();
    inner.use(guard);
    inner.use("/:userId", run);
    app.use("/in", (request, response, next) => (inner as unknown as Handler)(request, response, next));
  },
};

const unreached: Record<string, Build> = {
  "a router": (copy, app, guard, run) => {
    const inner = guarded(copy, guard, run);
    app.use("/in", (request, response, next) => inner(request, response, next));
  },
  "a router in a router": (copy, app, guard, run) => {
    const inner = copy.Router().use(guarded(copy, guard, run));
    app.use("/in", (request, response, next) => inner(request, response, next));
  },
  "a router that the guard's function calls": (copy, app, guard, run) => {
    const inner = copy.Router().use("/:userId", run);
    app.use("/in", (request, response, next) =>
      guard(request, response, () => inner(request, response, next)),
    );
  },
};

const versions = [
  ["4", "express-4"],
  ["5", "express"],
] as const;
const mixes = versions.flatMap(([first, firstName]) =>
  versions.map(([second, secondName]) => [first, second, firstName, secondName] as const),
);

describe.each(mixes)("a guard in an app of Express %s, in a second copy: %s", (_1, _2, name1, name2) => {
  function build(add: Build, run: Handler): Express {
    const framework = anotherCopy<typeof express5>(name1);
    const app = framework();
    app.set("copy", framework);
    add(anotherCopy<typeof express5>(name2), app, usher({ verifier, ownerParam: "userId", log: false }), run);
    return app;
  }

  it.each(Object.entries(reached))("guards what follows it: %s", async (_title, add) => {
    const run = vi.fn<Handler>(({ params }, response) => void response.send(params.userId));
    const ask = await serve(build(add, run));
    expect(await ask("/in/bob")).toBe(403);
    expect(await ask("/in/bob")).toBe(403);
    expect(run).not.toHaveBeenCalled();
    expect(await ask("/in/alice")).toBe(200);
    expect(await ask("/in")).toBe(404);
  });

  it.each(Object.entries(unreached))("refuses what only a function calls: %s", async (_title, add) => {
    const hints: unknown[] = [];
    onTestFinished(subscribe("usher:reject", ({ hint }) => hints.push(hint)));
    const run = vi.fn<Handler>((_request, response) => void response.send());
    const ask = await serve(build(add, run));
    for (const path of ["/in/bob", "/in/bob", "/in/alice"]) expect(await ask(path), path).toBe(403);
    expect(run).not.toHaveBeenCalled();
    expect(hints).toEqual(
      Array(3).fill(
        "usher(...): the guard does not see this router, of another copy of Express, because only a " +
          "function calls it. Pass the router itself to use().",
      ),
    );
  });

  it("guards a router that is added after the first request", async () => {
    const run = vi.fn<Handler>(({ params }, response) => void response.send(params.userId));
    const app = anotherCopy<typeof express5>(name1)();
    const guard = usher({ verifier, ownerParam: "userId", log: false });
    app.use("/first", guard);
    const ask = await serve(app);
    expect(await ask("/first")).toBe(404);
    app.use("/in", guarded(anotherCopy(name2), guard, run));
    expect(await ask("/in/bob")).toBe(403);
    expect(run).not.toHaveBeenCalled();
    expect(await ask("/in/alice")).toBe(200);
  });

  it("applies to a middleware of a mounted app no rule of an earlier one", async () => {
    const [run, onParam] = [vi.fn<Handler>((_request, response) => void response.send()), vi.fn()];
    const isAnyone = requireClaim(() => true, "anyone");
    const app = build((copy, outer, guard) => {
      const inner = copy();
      inner.use("/other/:userId", owner({ or: [isAnyone] }, run));
      inner.param("userId", (_request, _response, next, id) => {
        onParam(id);
        next();
      });
      inner.use("/:userId", run);
      outer.use(guard);
      outer.use("/in", inner);
    }, run);
    const ask = await serve(app);
    expect(await ask("/in/bob")).toBe(403);
    expect(run).not.toHaveBeenCalled();
    expect(onParam).not.toHaveBeenCalled();
    expect(await ask("/in/alice")).toBe(200);
    expect(onParam.mock.calls).toEqual([["alice"]]);
  });

  it("gives an empty id to what only a function calls, if next() is called later", async () => {
    const seen: unknown[] = [];
    const ask = await serve(
      build(
        (copy, app, guard, run) => {
          const later: Handler = (request, response, next) =>
            guard(request, response, () => setImmediate(next));
          const inner = guarded(copy, later, run);
          app.use("/in", (request, response, next) => inner(request, response, next));
        },
        ({ params }, response) => {
          seen.push(params.userId);
          response.send();
        },
      ),
    );
    expect(await ask("/in/bob")).toBe(200);
    expect(seen).toEqual([""]);
  });
});

describe.each(versions)("a guard in Express %s", (_version, name) => {
  function build(): [app: Express, guard: Handler, framework: typeof express5] {
    const framework = anotherCopy<typeof express5>(name);
    return [framework(), usher({ verifier, ownerParam: "userId", log: false }), framework];
  }

  it("lets a handler of its route set parameters", async () => {
    const [app, guard] = build();
    app.get("/:userId", guard, (request, response) => {
      request.params = { userId: "alice" };
      response.send();
    });
    const ask = await serve(app);
    expect(await ask("/alice")).toBe(200);
    expect(await ask("/alice")).toBe(200);
  });

  it("passes on an error of the function that it calls", async () => {
    const [app, guard] = build();
    app.use((request, response) =>
      guard(request, response, () => {
        throw new Error("the app's");
      }),
    );
    expect(await (await serve(app))("/")).toBe(500);
  });

  it("ignores what is no router, and a router in itself", async () => {
    const [app, guard, framework] = build();
    for (const stack of [null, "text", 7, {}, [{ route: "", handle: () => {} }]])
      app.use("/odd", Object.assign(() => {}, { stack }) as unknown as Handler);
    const router = framework.Router();
    router.use("/in", router);
    app.use("/odd", router);
    app.use(guard);
    app.get("/:userId", (_request, response) => void response.send());
    const ask = await serve(app);
    expect(await ask("/bob")).toBe(403);
    expect(await ask("/alice")).toBe(200);
  });
});
