import cors from "@fastify/cors";
import fastify, { type FastifyContextConfig, type FastifyInstance } from "fastify";
import { afterEach, expect, it } from "vitest";
import { type UsherOptions, usher } from "../../src/adapters/fastify.ts";
import { type AuthError, ConfigurationError, requireClaim } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const run = () => "ran";

let app: FastifyInstance;
const rejected: AuthError[] = [];
afterEach(() => app.close());

async function build(options: Partial<UsherOptions> = {}): Promise<FastifyInstance> {
  app = fastify();
  await app.register(usher, {
    verifier,
    ownerParam: "userId",
    onReject: ({ error }) => void rejected.push(error),
    ...options,
  });
  return app;
}
async function ask(url: string, role?: string, method: "GET" | "POST" | "HEAD" = "GET"): Promise<number> {
  const headers = { authorization: `Bearer ${issuer.tokenFor("bob", { claims: { role } })}` };
  return (await app.inject({ method, url, headers })).statusCode;
}
async function expectException(url: string, method?: "GET" | "HEAD"): Promise<void> {
  expect(await ask(url, "support", method), url).toBe(200);
  expect(await ask(url, undefined, method), url).toBe(403);
}
async function expectNone(url: string, method?: "POST"): Promise<void> {
  expect(await ask(url, "support", method), url).toBe(403);
}

it("an owner rule is for its route and its method, and for HEAD as Fastify adds it", async () => {
  await build();
  app.get("/users/:userId", { config: { owner } }, run);
  app.post("/users/:userId", run);
  app.get("/users/:userId/keys", run);
  await expectException("/users/alice");
  await expectException("/users/alice", "HEAD");
  await expectNone("/users/alice", "POST");
  await expectNone("/users/alice/keys");
  expect(app.usher.routes().map(({ method, url, exceptions }) => [method, url, exceptions])).toContainEqual([
    "GET",
    "/users/:userId",
    ["or role support"],
  ]);
});

it("an owner rule is for a route of a plugin below a prefix with the owner", async () => {
  await build();
  app.register(
    async (plugin) => {
      plugin.get("/in", { config: { owner } }, run);
      plugin.get("/beside", run);
      plugin.setNotFoundHandler((_request, reply) => reply.code(404).send());
    },
    { prefix: "/users/:userId" },
  );
  await expectException("/users/alice/in");
  await expectNone("/users/alice/beside");
  await expectNone("/users/alice/unknown");
});

it.each<[string, FastifyContextConfig, string?]>([
  ["an empty list", { owner: { or: [] } }],
  ["no rule", { owner: {} }],
  ["params without or", { owner: { clients: owner.or, params: ["userId"] } }],
  ["a parameter that the path does not have", { owner: { ...owner, params: ["orgId"] } }],
  ["a path without an owner", { owner }, "/x"],
  ["several owners, and none named", { owner }, "/orgs/:orgId/users/:userId"],
  ["an optional token and an owner rule", { owner, optionalAuth: true }],
  ["an optional token and policies", { policies: owner.or, optionalAuth: true }],
  ["an optional token on a public route", { public: true, optionalAuth: true }],
  ["an optional token that is no boolean", { optionalAuth: "yes" as never }],
])("rules that do not fit are refused at start: %s", async (_name, config, url = "/x/:userId") => {
  await build({ ownerParam: { userId: "sub", orgId: "org" } });
  expect(() => app.get(url, { config }, run)).toThrow(ConfigurationError);
});

it("invalid rules that arrive later reject everyone, with the reason", async () => {
  app = fastify();
  app.register(usher, {
    verifier,
    ownerParam: "userId",
    onReject: ({ error }) => void rejected.push(error),
  });
  // Before the guard is ready.
  app.get("/early/:userId", { config: { owner: { or: [] } } }, run);
  app.get("/early-ok/:userId", { config: { owner } }, run);
  await app.after();
  app.addHook("onRoute", (route) => {
    if (route.url.startsWith("/hooked"))
      route.config = { ...route.config, owner: { or: "support" as never } };
    if (route.url.startsWith("/closed")) route.config = { ...route.config, policies: owner.or };
  });
  app.get("/hooked/:userId", run);
  app.get("/closed", { config: { public: true } }, run);
  app.setNotFoundHandler({ config: { owner: { or: [] } } } as object, run);
  for (const [url, where] of [
    ["/early/bob", "/early/:userId"],
    ["/early/alice", "/early/:userId"],
    ["/hooked/bob", "/hooked/:userId"],
    ["/hooked/alice", "/hooked/:userId"],
    ["/nowhere", "unknown paths"],
  ] as const) {
    expect((await app.inject(url)).statusCode).toBe(401);
    await expectNone(url);
    expect(rejected.at(-1)?.hint, url).toContain(`${where}: owner.or`);
  }
  await expectException("/early-ok/alice");
  expect((await app.inject("/closed")).statusCode).toBe(401);
});

it("a route that an onRoute hook closes again is checked until its handler runs", async () => {
  await build();
  app.addHook("onRoute", (route) => {
    route.config = { ...route.config, public: false };
  });
  const preHandler = async (request: { params: unknown }) => {
    request.params = { userId: "alice" };
  };
  app.get("/users/:userId", { config: { public: true }, preHandler }, run);
  expect(await ask("/users/bob")).toBe(403);
});

it("rules that change after the first request have no effect", async () => {
  await build();
  const config: FastifyContextConfig = {};
  app.get("/users/:userId", { config }, (request) => {
    request.routeOptions.config.owner = owner;
    return "ran";
  });
  expect(await ask("/users/bob")).toBe(200);
  await expectNone("/users/alice");
});

it("an exception is reported once, for the value that the router decoded and the one after hooks", async () => {
  const used: unknown[] = [];
  await build({ onOwnerException: ({ exceptions }) => used.push(exceptions.map(({ value }) => value)) });
  app.get("/users/:userId", { config: { owner } }, run);
  app.get("/changed/:userId", {
    config: { owner },
    preValidation: async (request) => {
      request.params = { userId: "carol" };
    },
    handler: run,
  });
  await ask("/users/alice", "support");
  expect(used).toEqual([["alice"]]);
  await ask("/changed/alice", "support");
  expect(used).toEqual([["alice"], ["alice"], ["carol"]]);
});

it("with an optional token, a preflight passes, and a bad token does not", async () => {
  await build();
  app.get("/early", { config: { optionalAuth: true } }, ({ optionalPrincipal }) => ({
    id: optionalPrincipal?.id ?? null,
  }));
  app.options("/early", { config: { optionalAuth: true } }, run);
  const headers = { origin: "https://app.example.com", "access-control-request-method": "GET" };
  const options = { method: "OPTIONS", url: "/early" } as const;
  expect((await app.inject({ ...options, headers })).statusCode).toBe(200);
  const bad = { ...headers, authorization: "Bearer bad" };
  expect((await app.inject({ ...options, headers: bad })).statusCode).toBe(401);
  expect((await app.inject("/early")).json()).toEqual({ id: null });
});

it("with an optional token, a path is not restricted to its owner", async () => {
  await build();
  app.get("/greeting/:userId", { config: { optionalAuth: true } }, run);
  expect(await ask("/greeting/alice")).toBe(200);
  expect((await app.inject("/greeting/alice")).statusCode).toBe(200);
});

it("with an optional token, CORS answers a preflight", async () => {
  app = fastify();
  await app.register(usher, { verifier, ownerParam: "userId" });
  await app.register(cors, { origin: true });
  app.get("/greeting", { config: { optionalAuth: true } }, run);
  const headers = { origin: "https://app.example.com", "access-control-request-method": "GET" };
  expect((await app.inject({ method: "OPTIONS", url: "/greeting", headers })).statusCode).toBe(204);
});

it("`principal` throws in a request without a token, and says what to read", async () => {
  await build();
  app.get("/greeting", { config: { optionalAuth: true } }, ({ principal }) => principal.id);
  expect(await ask("/greeting")).toBe(200);
  expect((await app.inject("/greeting")).json().message).toContain("read request.optionalPrincipal");
});
