import { createServer } from "node:http";
import express5, { type Express } from "express";
import express4 from "express-4";
import { afterEach, describe, expect, it, vi } from "vitest";
import { enforce, type UsherOptions, usher } from "../../src/adapters/express.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench, failingVerifiers, waitingVerifier } from "../support.ts";

const { issuer, verifier } = createBench();
const alice = `Authorization: Bearer ${issuer.tokenFor("alice")}`;

let server: ContractServer | undefined;
afterEach(() => server?.close());

async function ask(app: Express, target: string, headers = [alice]): Promise<[number, string]> {
  server ??= await listen(createServer(app));
  const { status, body } = await sendRaw(server.origin, { target, headers });
  return [status, body.startsWith("{") ? JSON.parse(body).code : body];
}

describe.each([
  ["5", express5],
  ["4", express4],
])("express %s adapter", (_version, express) => {
  function build(options: Partial<UsherOptions> = {}): Express {
    server = undefined;
    const app = express();
    app.use(usher({ verifier, ownerParam: "userId", ...options }));
    return app;
  }

  it("accepts the right requests after waiting for keys", async () => {
    const app = build({ verifier: waitingVerifier(verifier) });
    app.get("/users/:userId", ({ principal }, response) => void response.send(`in as ${principal.id}`));
    expect(await ask(app, "/users/alice")).toEqual([200, "in as alice"]);
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/users/alice", ["Authorization: Bearer a.b.c"])).toEqual([401, "token_malformed"]);
  });

  it("accepts the right optional tokens after waiting for keys", async () => {
    server = undefined;
    const app = express();
    const { optional } = usher({ verifier: waitingVerifier(verifier), ownerParam: "userId" });
    app.get("/greeting", optional, ({ optionalPrincipal }, response) => {
      response.send(`in as ${optionalPrincipal?.id ?? "a stranger"}`);
    });
    expect(await ask(app, "/greeting")).toEqual([200, "in as alice"]);
    expect(await ask(app, "/greeting", [])).toEqual([200, "in as a stranger"]);
    expect(await ask(app, "/greeting", ["Authorization: Bearer a.b.c"])).toEqual([401, "token_malformed"]);
  });

  it("wraps Express's layers once for any number of guards and requests", async () => {
    const app = build();
    app.get("/users/:userId", (_request, response) => void response.send("in"));
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
    const layer =
      (app as unknown as { _router?: { stack: object[] } })._router?.stack[0] ?? app.router.stack[0];
    const changed = { ...(Object.getPrototypeOf(layer) as object) };
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/users/alice")).toEqual([200, "in"]);
    await server?.close();
    const [status] = await ask(build(), "/users/alice");
    expect(status).toBe(404);
    expect({ ...(Object.getPrototypeOf(layer) as object) }).toEqual(changed);
  });

  it("checks the owner in nested routers, merged parameters and mounted apps", async () => {
    const app = build();
    const leaf = express.Router({ mergeParams: true });
    leaf.get(
      "/tasks",
      ({ params }, response) => void response.send(`leaf of ${(params as { userId: string }).userId}`),
    );
    const middle = express.Router();
    middle.use("/users/:userId", leaf);
    app.use("/v1", middle);
    const mounted = express();
    mounted.get("/:userId", ({ params }, response) => void response.send(`mounted ${params.userId}`));
    app.use("/mounted", mounted);
    expect(await ask(app, "/v1/users/alice/tasks")).toEqual([200, "leaf of alice"]);
    expect(await ask(app, "/v1/users/bob/tasks")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/mounted/alice")).toEqual([200, "mounted alice"]);
    expect(await ask(app, "/mounted/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("checks the owner in a router that only the app's own function calls", async () => {
    const app = build();
    const run = vi.fn();
    const hidden = express.Router();
    hidden.get("/:userId", (_request, response) => {
      run();
      response.send("hidden");
    });
    app.use("/hidden", (request, response, next) => {
      setImmediate(() => hidden(request, response, next));
    });
    expect(await ask(app, "/hidden/bob")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/hidden/alice")).toEqual([200, "hidden"]);
  });

  it("guards middleware, and checks the value in the path before app.param changes it", async () => {
    const app = build();
    const run = vi.fn();
    app.use("/with/:userId", (_request, _response, next) => {
      run();
      next();
    });
    app.param("userId", (request, _response, next) => {
      run();
      if (request.params.userId === "me") request.params.userId = "alice";
      next();
    });
    app.get("/seen/:userId", ({ params }, response) => void response.send(params.userId));
    expect(await ask(app, "/with/bob/x")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/seen/me")).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
    expect(await ask(app, "/seen/alice")).toEqual([200, "alice"]);
  });

  it("accepts a route that is added before one with the owner parameter", async () => {
    const app = build();
    app.get("/users/me", (_request, response) => void response.send("me"));
    app.get("/users/:userId", (_request, response) => void response.send("by id"));
    expect(await ask(app, "/users/me")).toEqual([200, "me"]);
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("does not change apps without a guard, nor what is added before the guard", async () => {
    await ask(build(), "/x");
    server = undefined;
    const app = express();
    app.get("/public/:userId", ({ params }, response) => void response.send(params.userId));
    app.use(usher({ verifier, ownerParam: "userId" }));
    expect(await ask(app, "/public/bob")).toEqual([200, "bob"]);
    expect(await ask(app, "/public/bob", [])).toEqual([200, "bob"]);
  });

  it("checks every guard that a request passes", async () => {
    const app = build();
    const teams = express.Router({ mergeParams: true });
    teams.use(usher({ verifier, ownerParam: "memberId" }));
    teams.get("/:memberId", (_request, response) => void response.send("member"));
    teams.get("/:memberId/of/:userId", (_request, response) => void response.send("both"));
    app.use("/users/:userId/teams", teams);
    app.use("/teams", teams);
    expect(await ask(app, "/users/alice/teams/alice")).toEqual([200, "member"]);
    expect(await ask(app, "/users/alice/teams/bob")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/users/bob/teams/alice")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/teams/alice/of/alice")).toEqual([200, "both"]);
    expect(await ask(app, "/teams/alice/of/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("has the guard that rejects a request report it, and no other", async () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const app = build({ onReject: first });
    app.use(usher({ verifier, ownerParam: "memberId", onReject: second }));
    app.get("/x/:member_id", (_request, response) => void response.send("x"));
    expect(await ask(app, "/x/alice")).toEqual([403, "owner_mismatch"]);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });

  it("checks the owner when mounted below a path with the parameter", async () => {
    server = undefined;
    const app = express();
    app.use(
      "/users/:userId",
      usher({ verifier, ownerParam: "userId" }),
      (_request, response) => void response.send("x"),
    );
    expect(await ask(app, "/users/alice")).toEqual([200, "x"]);
    expect(await ask(app, "/users/bob")).toEqual([403, "owner_mismatch"]);
  });

  it("rejects another spelling of the parameter for every user, and says why", async () => {
    const onReject = vi.fn();
    const app = build({ onReject });
    app.get("/x/:user_id", (_request, response) => void response.send("x"));
    expect(await ask(app, "/x/alice")).toEqual([403, "owner_mismatch"]);
    expect(onReject.mock.lastCall?.[0].error.hint).toContain("use the same spelling");
    expect(onReject.mock.lastCall?.[0].request.path).toBe("/x/alice");
  });

  it("passes the app's errors to the app's error handler", async () => {
    const app = build();
    app.get("/throws", () => {
      throw new Error("the app's");
    });
    app.use(((error, _request, response, _next) =>
      response.status(418).send(error.message)) as express5.ErrorRequestHandler);
    expect(await ask(app, "/throws")).toEqual([418, "the app's"]);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const app = build({ verifier: failing, onReject });
      app.use(((error, _request, response, _next) =>
        response.status(418).send(error.message)) as express5.ErrorRequestHandler);
      expect(await ask(app, "/x")).toEqual([418, "the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
    }
  });

  it("checks policies with enforce", async () => {
    const app = build();
    app.get("/x", enforce(requireScopes("a")), (_request, response) => void response.send("x"));
    const scoped = `Authorization: Bearer ${issuer.tokenFor("alice", { claims: { scope: "a" } })}`;
    expect(await ask(app, "/x")).toEqual([403, "scope_insufficient"]);
    expect(await ask(app, "/x", [scoped])).toEqual([200, "x"]);
  });

  it("answers 500 to enforce without a guard", async () => {
    server = undefined;
    const app = express();
    app.get("/x", enforce(requireScopes("a")), (_request, response) => void response.send("x"));
    app.use(((error, _request, response, _next) =>
      response.status(500).send(error.message)) as express5.ErrorRequestHandler);
    expect(await ask(app, "/x")).toEqual([500, "enforce: no usher(...) runs before this route."]);
    expect(() => enforce("a" as never)).toThrow(/^enforce: /);
    expect(() => enforce("a" as never)).toThrow(ConfigurationError);
    expect(() => (enforce as () => unknown)()).toThrow("enforce: pass at least one policy.");
  });
});

describe("an unsupported version of Express", () => {
  it("makes every guarded request an error", () => {
    const next = vi.fn();
    const request = {
      app: { _router: { stack: [Object.create({})] } },
      rawHeaders: alice.split(": "),
      url: "/",
      params: {},
    };
    usher({ verifier, ownerParam: "userId" })(request as never, {} as never, next);
    expect(next).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: expect.stringContaining("this version has other internals") }),
    );
  });
});
