import cors from "@fastify/cors";
import fastify, { type FastifyInstance, type FastifyRequest, type InjectOptions } from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type UsherOptions, usher } from "../../src/adapters/fastify.ts";
import { httpProblem } from "../../src/http/index.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { createBench, failingVerifiers, waitingVerifier } from "../support.ts";

const { issuer, verifier } = createBench();
const alice = { authorization: `Bearer ${issuer.tokenFor("alice")}` };
const origin = "https://app.example.com";
const preflight: InjectOptions = {
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": "GET" },
};

let app: FastifyInstance;
afterEach(() => app.close());

async function build(
  options: Partial<UsherOptions> = {},
  before?: (app: FastifyInstance) => unknown,
): Promise<FastifyInstance> {
  app = fastify();
  await before?.(app);
  await app.register(usher, { verifier, ownerParam: "userId", ...options });
  app.get("/users/:userId/tasks", (request) => ({ id: request.principal.id }));
  app.get("/me", (request) => ({ id: request.principal.id }));
  app.get("/open", { config: { public: true } }, () => ({ open: true }));
  app.get("/users/:userId/avatar", { config: { public: true } }, () => ({ open: true }));
  app.all("/all/:userId", () => ({ reached: true }));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(httpProblem(404)));
  return app;
}

async function codeOf(options: InjectOptions): Promise<[number, string | undefined]> {
  const response = await app.inject(options);
  return [
    response.statusCode,
    response.headers["content-type"]?.toString().startsWith("application/problem+json")
      ? response.json().code
      : undefined,
  ];
}

describe("fastify adapter: deny by default", () => {
  it("requires a token on every route, and passes the principal to the handler", async () => {
    await build();
    const refused = await app.inject("/users/alice/tasks");
    expect(refused.statusCode).toBe(401);
    expect(refused.headers["www-authenticate"]).toBe('Bearer realm="api"');
    expect(refused.headers["content-type"]).toBe("application/problem+json");
    expect(refused.headers["cache-control"]).toBe("no-store");
    expect(refused.json()).toEqual({
      type: "urn:usher-auth:error:credentials_missing",
      title: "Credentials missing",
      status: 401,
      code: "credentials_missing",
      detail: "This endpoint needs a bearer token in the Authorization header.",
    });
    const admitted = await app.inject({ url: "/users/alice/tasks", headers: alice });
    expect([admitted.statusCode, admitted.json()]).toEqual([200, { id: "alice" }]);
  });

  it("answers 401 to an unknown path without a token and 404 with one, for every method", async () => {
    await build();
    for (const method of ["GET", "POST", "DELETE", "OPTIONS", "HEAD"] as const) {
      expect((await app.inject({ method, url: "/nowhere" })).statusCode).toBe(401);
      expect((await app.inject({ method, url: "/nowhere", headers: alice })).statusCode).toBe(404);
    }
  });

  it("guards unknown paths of an app without a not-found handler", async () => {
    app = fastify();
    await app.register(usher, { verifier, ownerParam: "userId" });
    expect((await app.inject("/nowhere")).statusCode).toBe(401);
    expect((await app.inject({ url: "/nowhere", headers: alice })).statusCode).toBe(404);
  });

  it("guards HEAD like GET, and plugins registered after it", async () => {
    await build();
    app.register(async (child) => child.get("/child/:userId", () => "child"), { prefix: "/deep" });
    expect((await app.inject({ method: "HEAD", url: "/me" })).statusCode).toBe(401);
    expect((await app.inject("/deep/child/alice")).statusCode).toBe(401);
    expect(await codeOf({ url: "/deep/child/bob", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject({ url: "/deep/child/alice", headers: alice })).body).toBe("child");
  });

  it("guards routes that were added before the guard was ready", async () => {
    app = fastify();
    app.register(usher, { verifier, ownerParam: "userId" });
    app.get("/early/:userId", () => "early");
    expect((await app.inject("/early/alice")).statusCode).toBe(401);
    expect(await codeOf({ url: "/early/bob", headers: alice })).toEqual([403, "owner_mismatch"]);
  });

  it("needs no token on a public route, and only there", async () => {
    await build();
    expect((await app.inject("/open")).statusCode).toBe(200);
    expect(
      (await app.inject({ url: "/open", headers: { authorization: "Bearer rubbish" } })).statusCode,
    ).toBe(200);
    expect((await app.inject("/users/bob/avatar")).statusCode).toBe(200);
    expect((await app.inject("/open/")).statusCode).toBe(401);
    expect((await app.inject("/openly")).statusCode).toBe(401);
  });

  it.each(["true", 1, {}, null])("rejects %j as config.public", async (value) => {
    await build();
    const add = () => app.get("/x", { config: { public: value as never } }, () => "x");
    expect(add).toThrow(ConfigurationError);
    expect(add).toThrow("/x: public must be true or false.");
  });

  it("rejects policies on a public route, which has no principal", async () => {
    await build();
    const add = () => app.get("/x", { config: { public: true, policies: [requireScopes("a")] } }, () => "x");
    expect(add).toThrow(ConfigurationError);
    expect(add).toThrow(
      "/x: a route that accepts requests without a token cannot have policies or an owner rule.",
    );
    expect(() => app.get("/y", { config: { public: true, policies: [] } }, () => "y")).not.toThrow();
  });

  it.each([null, undefined])("accepts a query that the app's parser returned as %s", async (query) => {
    app = fastify({ routerOptions: { querystringParser: () => query as never } });
    await app.register(usher, { verifier, ownerParam: "userId" });
    app.get("/me", () => "me");
    expect((await app.inject({ url: "/me?x=1", headers: alice })).statusCode).toBe(200);
  });

  it("has a name that Fastify knows", async () => {
    await build();
    await app.ready();
    expect(app.printPlugins()).toContain(" usher ");
  });

  it("waits for keys that must be fetched first", async () => {
    await build({ verifier: waitingVerifier(verifier) });
    expect((await app.inject({ url: "/users/alice/tasks", headers: alice })).json()).toEqual({ id: "alice" });
    expect(await codeOf({ url: "/users/bob/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      await build({ verifier: failing, onReject }, (app) =>
        app.setErrorHandler<Error>((error, _request, reply) => reply.code(418).send(error.message)),
      );
      const response = await app.inject({ url: "/me", headers: alice });
      expect([response.statusCode, response.body]).toEqual([418, "the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
      await app.close();
    }
  });

  it("throws if a public route reads the principal", async () => {
    await build();
    app.get("/wrong", { config: { public: true } }, (request) => request.principal.id);
    const response = await app.inject({ url: "/wrong", headers: alice });
    expect(response.statusCode).toBe(500);
    expect(response.json().message).toContain("/wrong: no token was verified");
  });
});

describe("fastify adapter: owner", () => {
  it("restricts every route with the parameter to its owner, by the value that the router decoded", async () => {
    await build();
    expect(await codeOf({ url: "/users/bob/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(await codeOf({ url: "/users/Alice/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(await codeOf({ url: "/users/%2561lice/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(await codeOf({ url: "/users/alice%2Fx/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(await codeOf({ url: "/users//tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject({ url: "/users/%61lice/tasks", headers: alice })).json()).toEqual({
      id: "alice",
    });
  });

  it("checks the owner in the prefix of a child's not-found handler", async () => {
    await build();
    await app.register(
      async (child) => {
        child.setNotFoundHandler((_request, reply) => reply.code(404).send({ reached: true }));
      },
      { prefix: "/below/:userId" },
    );
    expect(await codeOf({ url: "/below/bob/x", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject({ url: "/below/alice/x", headers: alice })).json()).toEqual({ reached: true });
  });

  it("rejects a pattern with the owner parameter twice", async () => {
    await build();
    expect(() => app.get("/e/:userId/:userId", () => "x")).toThrow(ConfigurationError);
  });

  it("rejects a path without its optional owner", async () => {
    await build();
    app.get("/maybe/:userId?", () => "reached");
    expect(await codeOf({ url: "/maybe", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject({ url: "/maybe/alice", headers: alice })).body).toBe("reached");
  });

  it("answers 403 with a challenge that has no error", async () => {
    await build({ realm: "tasks" });
    const response = await app.inject({ url: "/users/bob/tasks", headers: alice });
    expect(response.headers["www-authenticate"]).toBe('Bearer realm="tasks"');
  });

  it("answers 404 to another user's path with concealOwnerMismatch", async () => {
    await build({ concealOwnerMismatch: true });
    const [mismatch, missing] = [
      await app.inject({ url: "/users/bob/tasks", headers: alice }),
      await app.inject({ url: "/users/bob/nothing", headers: alice }),
    ];
    expect(mismatch.statusCode).toBe(404);
    expect(mismatch.json()).toEqual(missing.json());
    expect(mismatch.headers["www-authenticate"]).toBeUndefined();
  });

  it.each(["/x/:user_id", "/x/:userid", "/x/:UserID/y", "/x/:a-:USER_ID"])(
    "rejects %s, which would not be checked",
    async (url) => {
      await build();
      expect(() => app.get(url, () => "x")).toThrow(/Use the same spelling/);
    },
  );
});

describe("fastify adapter: the value of the handler", () => {
  const numbered = { authorization: `Bearer ${issuer.tokenFor("007")}` };
  const coerced = { schema: { params: { type: "object", properties: { userId: { type: "integer" } } } } };

  it("rejects a path whose parameter a schema turns into another id, before hooks and the handler run", async () => {
    await build();
    const seen = vi.fn();
    app.addHook("preHandler", async () => seen());
    app.get("/n/:userId", coerced, () => seen());
    expect(await codeOf({ url: "/n/007", headers: numbered })).toEqual([403, "owner_mismatch"]);
    expect(seen).not.toHaveBeenCalled();
  });

  it("compares a number as text", async () => {
    await build();
    app.get("/n/:userId", coerced, ({ params }) => params);
    const as = (id: string) => ({ authorization: `Bearer ${issuer.tokenFor(id)}` });
    expect((await app.inject({ url: "/n/7", headers: as("7") })).json()).toEqual({ userId: 7 });
    for (const id of ["9007199254740993", "1e3", "07", "-0"])
      expect(await codeOf({ url: `/n/${id}`, headers: as(id) })).toEqual([403, "owner_mismatch"]);
  });

  it("checks the parameters that the app's own validator returns", async () => {
    await build();
    const run = vi.fn();
    app.get(
      "/v/:userId",
      { schema: { params: {} }, validatorCompiler: () => () => ({ value: { userId: "bob" } }) },
      () => run(),
    );
    app.get(
      "/w/:id",
      { schema: { params: {} }, validatorCompiler: () => () => ({ value: { userId: "bob" } }) },
      () => run(),
    );
    expect(await codeOf({ url: "/v/alice", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(await codeOf({ url: "/w/alice", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
  });

  const changes: Record<string, (request: FastifyRequest) => void> = {
    "in place": ({ params }) => Object.assign(params as object, { userId: "bob" }),
    "as a whole": (request) => Object.assign(request, { params: { userId: "bob" } }),
    "by leaving it out": (request) => Object.assign(request, { params: {} }),
  };
  for (const [name, change] of Object.entries(changes)) {
    it.each(["preParsing", "preValidation", "preHandler"] as const)(
      `rejects parameters that a hook changes ${name}: %s`,
      async (hook) => {
        await build();
        const run = vi.fn();
        app.addHook(hook as "preHandler", async (request) => change(request));
        app.route({ method: ["GET", "POST"], url: "/h/:userId", handler: async () => run() });
        app.get("/own/:userId", { [hook]: async (request: FastifyRequest) => change(request) }, () => run());
        app.register(async (child) => child.get("/child", () => run()), { prefix: "/p/:userId" });
        for (const url of ["/h/alice", "/own/alice", "/p/alice/child"])
          expect(await codeOf({ url, headers: alice })).toEqual([403, "owner_mismatch"]);
        expect(await codeOf({ url: "/h/alice", headers: alice, method: "POST" })).toEqual([
          403,
          "owner_mismatch",
        ]);
        expect((await app.inject({ url: "/h/alice", headers: alice, method: "HEAD" })).statusCode).toBe(403);
        expect(run).not.toHaveBeenCalled();
      },
    );
  }

  it("keeps a handler's `this`, its promise and its reply", async () => {
    await build();
    app.decorate("greeting", "hello");
    app.get("/this/:userId", async function (this: FastifyInstance & { greeting?: string }) {
      return this.greeting;
    });
    app.get("/reply/:userId", (_request, reply) => void reply.code(201).send("made"));
    expect((await app.inject({ url: "/this/alice", headers: alice })).body).toBe("hello");
    expect((await app.inject({ url: "/reply/alice", headers: alice })).statusCode).toBe(201);
  });

  it("checks the path that rewriteUrl returns", async () => {
    app = fastify({
      rewriteUrl: ({ url = "" }) =>
        url.replace("/me/", "/users/bob/").replace("/open-up", "/users/bob/tasks"),
    });
    await app.register(usher, { verifier, ownerParam: "userId" });
    app.get("/users/:userId/tasks", () => "tasks");
    for (const url of ["/me/tasks", "/open-up"]) {
      expect((await app.inject(url)).statusCode).toBe(401);
      expect(await codeOf({ url, headers: alice })).toEqual([403, "owner_mismatch"]);
    }
  });

  it("guards every version and host of a route", async () => {
    await build();
    for (const constraints of [
      { version: "1.0.0" },
      { version: "2.0.0" },
      { host: "a.example" },
      { host: /^b\./ },
    ])
      app.get("/c/:userId", { constraints }, () => "c");
    for (const more of [
      { "accept-version": "1.x" },
      { "accept-version": "2.x" },
      { host: "a.example" },
      { host: "b.example" },
    ]) {
      expect((await app.inject({ url: "/c/alice", headers: { ...more } })).statusCode).toBe(401);
      expect(await codeOf({ url: "/c/bob", headers: { ...more, ...alice } })).toEqual([
        403,
        "owner_mismatch",
      ]);
      expect((await app.inject({ url: "/c/alice", headers: { ...more, ...alice } })).body).toBe("c");
    }
  });
});

describe("fastify adapter: where it is registered", () => {
  it("guards the scope that it is registered in, and its children", async () => {
    app = fastify();
    await app.register(async (child) => {
      await child.register(usher, { verifier, ownerParam: "userId" });
      child.get("/inside/:userId", () => "inside");
      await child.register(async (grandchild) => grandchild.get("/deep/:userId", () => "deep"));
    });
    app.get("/outside", () => "outside");
    expect((await app.inject("/inside/alice")).statusCode).toBe(401);
    expect(await codeOf({ url: "/deep/bob", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject("/outside")).statusCode).toBe(200);
  });

  it("throws when it is registered twice", async () => {
    app = fastify();
    for (const ownerParam of ["userId", null]) app.register(usher, { verifier, ownerParam });
    const ready = app.ready();
    await expect(ready).rejects.toThrow(ConfigurationError);
    await expect(ready).rejects.toThrow("usher is already registered in this scope");
  });

  it("throws on another version of Fastify", async () => {
    app = fastify();
    const old = Object.create(app, { version: { value: "4.29.1" } }) as FastifyInstance;
    await expect(usher(old, { verifier, ownerParam: "userId" })).rejects.toThrow(ConfigurationError);
    await expect(usher(old, { verifier, ownerParam: "userId" })).rejects.toThrow(
      "usher supports Fastify 5, not 4.29.1.",
    );
  });
});

describe("fastify adapter: credentials", () => {
  it("rejects a second Authorization header, and a token in the query", async () => {
    await build();
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const { request } = await import("node:http");
    const status = await new Promise((resolve, reject) => {
      const raw = [
        ["Host", "localhost"],
        ["Authorization", alice.authorization],
        ["authorization", alice.authorization],
      ].flat();
      request(`${address}/me`, { headers: raw }, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(400);
    const token = issuer.tokenFor("alice");
    expect(await codeOf({ url: `/me?access_token=${token}`, headers: alice })).toEqual([
      400,
      "credentials_ambiguous",
    ]);
    expect(await codeOf({ url: `/me?access%5Ftoken=${token}`, headers: alice })).toEqual([
      400,
      "credentials_ambiguous",
    ]);
    expect(await codeOf({ url: `/me?access_token=${token}` })).toEqual([401, "credentials_missing"]);
    expect((await app.inject({ url: "/me?not_access_token=1", headers: alice })).statusCode).toBe(200);
  });

  it("passes the reason to onReject and the log, with the hint and without the token", async () => {
    const onReject = vi.fn();
    const lines: string[] = [];
    app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    await app.register(usher, { verifier, ownerParam: "userId", onReject });
    const token = issuer.tokenFor("alice", { wrongIssuer: true });
    const response = await app.inject({ url: "/", headers: { authorization: `Bearer ${token}` } });
    expect(response.body).not.toContain("another-issuer");
    expect(onReject).toHaveBeenCalledOnce();
    expect(onReject.mock.calls[0]?.[0].error.hint).toContain("another-issuer");
    expect(onReject.mock.calls[0]?.[0].request.url).toBe("/");
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        msg: "request refused by usher",
        hint: expect.stringContaining("another-issuer"),
      }),
    );
    expect(lines.join("")).not.toContain(token);
  });
});

describe("fastify adapter: CORS preflights", () => {
  it("lets CORS answer a preflight, whether it is registered before or after", async () => {
    await build({}, (early) => early.register(cors, { origin }));
    expect((await app.inject({ ...preflight, url: "/me" })).statusCode).toBe(204);
    expect((await app.inject("/me")).statusCode).toBe(401);
    await app.close();

    await build();
    await app.register(cors, { origin });
    const response = await app.inject({ ...preflight, url: "/users/alice/tasks" });
    expect(response.statusCode).toBe(204);
    expect(response.headers["access-control-allow-origin"]).toBe(origin);
  });

  it("keeps CORS headers on rejections if CORS is registered first", async () => {
    await build({}, (early) => early.register(cors, { origin }));
    const response = await app.inject({ url: "/me", headers: { origin } });
    expect([response.statusCode, response.headers["access-control-allow-origin"]]).toEqual([401, origin]);
  });

  it("runs no guarded handler for a preflight that no hook answered", async () => {
    const onReject = vi.fn();
    await build({ onReject });
    for (const url of ["/all/alice", "/nowhere"]) {
      expect(await codeOf({ ...preflight, url })).toEqual([401, "credentials_missing"]);
      expect(onReject.mock.lastCall?.[0].error.hint).toBe("a preflight that no CORS hook answered");
    }
  });

  it("lets an earlier hook answer 404 without a token", async () => {
    await build({}, (early) =>
      early.addHook("onRequest", (_request, reply, _done) => void reply.callNotFound()),
    );
    expect((await app.inject({ ...preflight, url: "/all/alice" })).json()).toEqual(httpProblem(404));
  });

  it("treats no other request as a preflight", async () => {
    const onReject = vi.fn();
    await build({ onReject });
    const others: InjectOptions[] = [
      { method: "OPTIONS", url: "/all/alice" },
      { method: "OPTIONS", url: "/all/alice", headers: { origin } },
      { method: "OPTIONS", url: "/all/alice", headers: { "access-control-request-method": "GET" } },
      { ...preflight, method: "GET", url: "/me" },
    ];
    for (const other of others) {
      expect(await codeOf(other)).toEqual([401, "credentials_missing"]);
      expect(onReject.mock.lastCall?.[0].error.hint).toContain("no Authorization header");
    }
  });
});

describe("fastify adapter: routes()", () => {
  it("lists what guards each route", async () => {
    await build();
    await app.ready();
    const routes = app.usher.routes();
    const find = (method: string, url: string) =>
      routes.find((route) => route.method === method && route.url === url);
    expect(find("GET", "/users/:userId/tasks")).toEqual({
      method: "GET",
      url: "/users/:userId/tasks",
      public: false,
      optionalAuth: false,
      ownerParams: ["userId"],
      owners: { userId: "sub" },
      exceptions: [],
      policies: [],
    });
    expect(find("HEAD", "/me")).toMatchObject({ public: false, ownerParams: [] });
    expect(find("GET", "/open")).toMatchObject({ public: true, ownerParams: [] });
    expect(find("GET", "/users/:userId/avatar")).toMatchObject({ public: true, ownerParams: [] });
  });

  it.each([
    ["/a/:userId", ["userId"]],
    ["/a/:userId?", ["userId"]],
    ["/a/:userId(^\\d+$)/b", ["userId"]],
    ["/a/:userId.json", ["userId"]],
    ["/a/:kind-:userId", ["userId"]],
    ["/a/:userId/b/:ownerId", ["userId", "ownerId"]],
    ["/a/::userId", []],
    ["/a/userId", []],
    ["/a/:userIdentity", []],
    ["/a/*", []],
  ])("finds the owner parameters of %s", async (url, ownerParams) => {
    app = fastify();
    await app.register(usher, { verifier, ownerParam: ["userId", "ownerId"] });
    app.get(url, () => "x");
    expect(app.usher.routes()[0]?.ownerParams).toEqual(ownerParams);
  });
});
