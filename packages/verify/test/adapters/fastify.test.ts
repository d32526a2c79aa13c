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
  it("wants a token on every route, and gives the handler its principal", async () => {
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

  it("answers an unknown path 401 without a token and 404 with one, in any method", async () => {
    await build();
    for (const method of ["GET", "POST", "DELETE", "OPTIONS", "HEAD"] as const) {
      expect((await app.inject({ method, url: "/nowhere" })).statusCode).toBe(401);
      expect((await app.inject({ method, url: "/nowhere", headers: alice })).statusCode).toBe(404);
    }
  });

  it("guards an unknown path also without a handler of the app's own", async () => {
    app = fastify();
    await app.register(usher, { verifier, ownerParam: "userId" });
    expect((await app.inject("/nowhere")).statusCode).toBe(401);
    expect((await app.inject({ url: "/nowhere", headers: alice })).statusCode).toBe(404);
  });

  it("guards HEAD as GET, and plugins registered after it", async () => {
    await build();
    app.register(async (child) => child.get("/child/:userId", () => "child"), { prefix: "/deep" });
    expect((await app.inject({ method: "HEAD", url: "/me" })).statusCode).toBe(401);
    expect((await app.inject("/deep/child/alice")).statusCode).toBe(401);
    expect(await codeOf({ url: "/deep/child/bob", headers: alice })).toEqual([403, "owner_mismatch"]);
    expect((await app.inject({ url: "/deep/child/alice", headers: alice })).body).toBe("child");
  });

  it("guards routes that were added before it was ready to see them", async () => {
    app = fastify();
    app.register(usher, { verifier, ownerParam: "userId" });
    app.get("/early/:userId", () => "early");
    expect((await app.inject("/early/alice")).statusCode).toBe(401);
    expect(await codeOf({ url: "/early/bob", headers: alice })).toEqual([403, "owner_mismatch"]);
  });

  it("lets everybody in where a route says public, and nowhere else", async () => {
    await build();
    expect((await app.inject("/open")).statusCode).toBe(200);
    expect(
      (await app.inject({ url: "/open", headers: { authorization: "Bearer rubbish" } })).statusCode,
    ).toBe(200);
    expect((await app.inject("/users/bob/avatar")).statusCode).toBe(200);
    expect((await app.inject("/open/")).statusCode).toBe(401);
    expect((await app.inject("/openly")).statusCode).toBe(401);
  });

  it.each(["true", 1, {}, null])("wants config.public to be a boolean, not %j", async (value) => {
    await build();
    const add = () => app.get("/x", { config: { public: value as never } }, () => "x");
    expect(add).toThrow(ConfigurationError);
    expect(add).toThrow("/x: config.public must be true or false.");
  });

  it("asks no public route's policies: they have nobody to ask about", async () => {
    await build();
    const add = () => app.get("/x", { config: { public: true, policies: [requireScopes("a")] } }, () => "x");
    expect(add).toThrow(ConfigurationError);
    expect(add).toThrow("/x: a public route has no principal, so it cannot have policies.");
    expect(() => app.get("/y", { config: { public: true, policies: [] } }, () => "y")).not.toThrow();
  });

  it.each([null, undefined])(
    "takes a query that is %s, as a parser of the app's own may have it, for none",
    async (query) => {
      app = fastify({ routerOptions: { querystringParser: () => query as never } });
      await app.register(usher, { verifier, ownerParam: "userId" });
      app.get("/me", () => "me");
      expect((await app.inject({ url: "/me?x=1", headers: alice })).statusCode).toBe(200);
    },
  );

  it("is known to Fastify by its name", async () => {
    await build();
    await app.ready();
    expect(app.printPlugins()).toContain(" usher ");
  });

  it("waits for keys that must be fetched first", async () => {
    await build({ verifier: waitingVerifier(verifier) });
    expect((await app.inject({ url: "/users/alice/tasks", headers: alice })).json()).toEqual({ id: "alice" });
    expect(await codeOf({ url: "/users/bob/tasks", headers: alice })).toEqual([403, "owner_mismatch"]);
  });

  it("passes on what is no verdict: a failure of the verifier's is no refusal", async () => {
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

  it("throws where a public route reads a principal", async () => {
    await build();
    app.get("/wrong", { config: { public: true } }, (request) => request.principal.id);
    const response = await app.inject({ url: "/wrong", headers: alice });
    expect(response.statusCode).toBe(500);
    expect(response.json().message).toContain("/wrong is public");
  });
});

describe("fastify adapter: owner", () => {
  it("holds every route that has the parameter to its owner, on the value that the router decoded", async () => {
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

  it("holds a child's handler for unknown paths to the owner that its prefix names", async () => {
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

  it("refuses the owner parameter twice in one pattern", async () => {
    await build();
    expect(() => app.get("/e/:userId/:userId", () => "x")).toThrow(ConfigurationError);
  });

  it("checks the owner of an optional parameter that is left out", async () => {
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

  it("conceals another's path as one that does not exist", async () => {
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

describe("fastify adapter: the value that the handler gets", () => {
  const numbered = { authorization: `Bearer ${issuer.tokenFor("007")}` };
  const coerced = { schema: { params: { type: "object", properties: { userId: { type: "integer" } } } } };

  it("refuses a path whose parameter a schema turns into another id, before any hook and the handler see it", async () => {
    await build();
    const seen = vi.fn();
    app.addHook("preHandler", async () => seen());
    app.get("/n/:userId", coerced, () => seen());
    expect(await codeOf({ url: "/n/007", headers: numbered })).toEqual([403, "owner_mismatch"]);
    expect(seen).not.toHaveBeenCalled();
  });

  it("takes a number for the id that it is written as, and for no other", async () => {
    await build();
    app.get("/n/:userId", coerced, ({ params }) => params);
    const as = (id: string) => ({ authorization: `Bearer ${issuer.tokenFor(id)}` });
    expect((await app.inject({ url: "/n/7", headers: as("7") })).json()).toEqual({ userId: 7 });
    for (const id of ["9007199254740993", "1e3", "07", "-0"])
      expect(await codeOf({ url: `/n/${id}`, headers: as(id) })).toEqual([403, "owner_mismatch"]);
  });

  it("holds what a validator of the app's own makes of the parameters", async () => {
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
      `refuses where a hook changes the parameters ${name}: %s`,
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

  it("judges by the path that rewriteUrl makes", async () => {
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
  it("holds for the scope that it is registered in, and for what is below", async () => {
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

  it("says so when it is registered twice", async () => {
    app = fastify();
    for (const ownerParam of ["userId", null]) app.register(usher, { verifier, ownerParam });
    const ready = app.ready();
    await expect(ready).rejects.toThrow(ConfigurationError);
    await expect(ready).rejects.toThrow("usher is already registered in this scope");
  });

  it("names the versions of Fastify that it supports where it meets another one", async () => {
    app = fastify();
    const old = Object.create(app, { version: { value: "4.29.1" } }) as FastifyInstance;
    await expect(usher(old, { verifier, ownerParam: "userId" })).rejects.toThrow(ConfigurationError);
    await expect(usher(old, { verifier, ownerParam: "userId" })).rejects.toThrow(
      "usher supports Fastify 5, not 4.29.1.",
    );
  });
});

describe("fastify adapter: credentials", () => {
  it("sees a second Authorization header, and a token in the query", async () => {
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

  it("tells onReject and the log why, with the hint and without the token", async () => {
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
  it("lets a true preflight be answered, whether CORS is registered before or after", async () => {
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

  it("gives refusals their CORS headers when CORS comes first, so that a page can read them", async () => {
    await build({}, (early) => early.register(cors, { origin }));
    const response = await app.inject({ url: "/me", headers: { origin } });
    expect([response.statusCode, response.headers["access-control-allow-origin"]]).toEqual([401, origin]);
  });

  it("runs no guarded handler for a preflight that nobody answered", async () => {
    const onReject = vi.fn();
    await build({ onReject });
    for (const url of ["/all/alice", "/nowhere"]) {
      expect(await codeOf({ ...preflight, url })).toEqual([401, "credentials_missing"]);
      expect(onReject.mock.lastCall?.[0].error.hint).toBe("a preflight that no CORS hook answered");
    }
  });

  it("takes no other request for a preflight", async () => {
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
      ownerParams: ["userId"],
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
