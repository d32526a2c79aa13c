import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, expectTypeOf, it } from "vitest";
import { usher as usherFetch } from "../../src/adapters/fetch.ts";
import { usher as usherNode } from "../../src/adapters/node.ts";
import { usher as usherSockets } from "../../src/adapters/websocket.ts";
import { ConfigurationError, type Principal, requireClaim } from "../../src/index.ts";
import { createBench, waitingVerifier } from "../support.ts";

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const options = { verifier, ownerParam: { userId: "sub", orgId: "org" } };
const ran = () => new Response("ran");

/** Creates a handler with these rules, with each adapter that takes patterns. */
const creators: Record<string, (route: never) => unknown> = {
  node: (route) => usherNode(options).protect(route, () => {}),
  connect: (route) => usherNode(options).middleware(route),
  fetch: (route) => usherFetch(options).protect(route, ran),
  websocket: (route) => usherSockets(options).protect(route, () => {}),
};

const refusedRules: [string, object][] = [
  ["a path without an owner", { path: "/me", owner }],
  ["a list without an owner", { path: ["/me", "/news"], owner }],
  ["several owners, and none named", { path: "/orgs/:orgId/users/:userId", owner }],
  [
    "one of a list that it does not fit",
    { path: ["/users/:userId", "/orgs/:orgId"], owner: { ...owner, params: ["userId"] } },
  ],
  ["several owners in one of a list", { path: ["/users/:userId", "/orgs/:orgId/users/:userId"], owner }],
  ["another spelling", { path: "/users/:user_id", owner }],
  ["a parameter that no path has", { path: "/users/:userId", owner: { ...owner, params: ["teamId"] } }],
  ["an empty list of policies", { path: "/users/:userId", owner: { or: [] } }],
  ["an optional token", { path: "/users/:userId", owner, optionalAuth: true }],
  ["an optional token and policies", { path: "/users/:userId", policies: owner.or, optionalAuth: true }],
  ["a public handler", { path: "/users/:userId", public: true }],
  ["an optional token that is no boolean", { path: "/users/:userId", optionalAuth: "yes" }],
];
for (const [adapter, create] of Object.entries(creators)) {
  it.each(refusedRules)(`${adapter}: rules that do not fit are refused at start: %s`, (_name, route) => {
    expect(() => create(route as never)).toThrow(ConfigurationError);
  });

  it(`${adapter}: a rule fits a list if it fits each pattern that has an owner`, () => {
    const path = ["/me", "/users/:userId", "/users/:userId/keys", "/files/:userId/*"];
    expect(() => create({ path, owner } as never)).not.toThrow();
    const several = ["/orgs/:orgId/users/:userId", "/users/:userId"];
    expect(() => create({ path: several, owner: { ...owner, params: ["userId"] } } as never)).not.toThrow();
  });
}

function request(path: string, user?: string, role?: string): Request {
  const headers = { authorization: `Bearer ${issuer.tokenFor(user ?? "", { claims: { role } })}` };
  return new Request(`http://localhost${path}`, user === undefined ? {} : { headers });
}

it("fetch: an exception is for its handler, and a path that matches no pattern has none", async () => {
  const guard = usherFetch(options);
  const ruled = guard.protect({ path: ["/users/:userId", "/me"], owner }, ran);
  const strict = guard.protect({ path: "/users/:userId" }, ran);
  const statusOf = async (handler: typeof ruled, path: string, user?: string, role?: string) =>
    (await handler(request(path, user, role))).status;
  expect(await statusOf(ruled, "/users/alice", "bob", "support")).toBe(200);
  expect(await statusOf(ruled, "/users/alice", "bob")).toBe(403);
  expect(await statusOf(strict, "/users/alice", "bob", "support")).toBe(403);
  expect(await statusOf(ruled, "/users/alice/keys", "bob", "support")).toBe(404);
  // A handler in another one has its own rules.
  const outer = guard.protect({ path: "/users/:userId", owner }, (inner: Request) => strict(inner));
  expect(await statusOf(outer, "/users/alice", "bob", "support")).toBe(403);
});

it("fetch: with an optional token, a path that matches no pattern needs one", async () => {
  const handler = usherFetch(options).protect({ path: "/greeting", optionalAuth: true }, ran);
  expect((await handler(request("/greeting"))).status).toBe(200);
  expect((await handler(request("/other"))).status).toBe(401);
  expect((await handler(request("/other", "alice"))).status).toBe(404);
});

it("node: with an optional token, a path that matches no pattern needs one", async () => {
  const { protect } = usherNode(options);
  const handler = protect({ path: "/greeting", optionalAuth: true }, (_request, response) => response.end());
  const send = (url: string) => {
    const incoming = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url });
    const response = new ServerResponse(incoming);
    handler(incoming, response);
    return response.statusCode;
  };
  expect([send("/greeting"), send("/other")]).toEqual([200, 401]);
});

it("fetch: an optional token is verified with keys that must be fetched, and the work may outlive the request", async () => {
  const waiting = waitingVerifier(verifier);
  const guard = usherFetch({ ...options, verifier: waiting });
  const seen: unknown[] = [];
  const handler = guard.protect(
    { path: "/greeting", optionalAuth: true },
    (_request: Request, { principal }, env: string, context: { waitUntil(work: Promise<unknown>): void }) => {
      seen.push(principal?.id ?? null, env, context.waitUntil);
      return ran();
    },
  );
  const waitUntil = () => {};
  expect((await handler(request("/greeting", "alice"), "env", { waitUntil })).status).toBe(200);
  expect((await handler(request("/greeting"), "env", { waitUntil })).status).toBe(200);
  expect(seen).toEqual(["alice", "env", waitUntil, null, "env", waitUntil]);
});

it("fetch: rules hold for parameters of a framework: Next.js, SvelteKit, optional ones", async () => {
  const guard = usherFetch(options);
  type Context = { params: Promise<{ userId?: string | string[] }> };
  const next = guard.protect(
    { params: (_request: Request, { params }: Context) => params, optional: ["userId"], owner },
    ran,
  );
  const askNext = async (params: object, role?: string) =>
    (await next(request("/x", "bob", role), { params: Promise.resolve(params) })).status;
  expect(await askNext({ userId: "alice" }, "support")).toBe(200);
  expect(await askNext({ userId: "alice" })).toBe(403);
  // A path that omits its owner, and a catch-all, belong to no one: there is no one to make an exception for.
  for (const params of [{}, { userId: undefined }, { userId: ["alice"] }, { userId: "" }])
    expect(await askNext(params, "support")).toBe(403);

  type Event = { request: Request; params: { orgId: string; userId: string } };
  const kit = guard.protect(
    { params: (_request: Request, event: Event) => event.params, owner: { ...owner, params: ["userId"] } },
    ran,
  );
  const event = (orgId: string) => ({ request: request("/x"), params: { orgId, userId: "alice" } });
  const staff = () => issuer.tokenFor("bob", { claims: { role: "support", org: "acme" } });
  const send = (orgId: string) =>
    kit(new Request("http://localhost/x", { headers: { authorization: `Bearer ${staff()}` } }), event(orgId));
  expect((await send("acme")).status).toBe(200);
  expect((await send("globex")).status).toBe(403);
});

it("the metadata needs a protected resource, and answers nothing else", async () => {
  const protectedResource = {
    resource: "https://api.example.com",
    authorizationServers: "https://app.example.com/api/auth",
  };
  const path = "/.well-known/oauth-protected-resource";
  expect(() => usherFetch(options).metadata(request(path))).toThrow("this guard has no protectedResource");
  const fetchGuard = usherFetch({ ...options, protectedResource });
  expect((await fetchGuard.metadata(request(path))).status).toBe(200);
  expect((await fetchGuard.metadata(request("/me"))).status).toBe(404);
  const preflight = new Request(`http://localhost${path}`, { method: "OPTIONS" });
  expect((await fetchGuard.metadata(preflight)).status).toBe(204);

  const send = (guard: ReturnType<typeof usherNode>, url: string) => {
    const incoming = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url });
    const response = new ServerResponse(incoming);
    guard.metadata(incoming, response);
    return response.statusCode;
  };
  expect(() => send(usherNode(options), path)).toThrow("this guard has no protectedResource");
  const nodeGuard = usherNode({ ...options, protectedResource });
  expect([send(nodeGuard, path), send(nodeGuard, "/me")]).toEqual([200, 404]);
});

it("connect: accessOf throws in a request without a token, and optionalAccessOf returns null", async () => {
  const guard = usherNode(options);
  const middleware = guard.middleware({ path: ["/greeting/:userId"], optionalAuth: true });
  const incoming = Object.assign(new IncomingMessage(new Socket()), { url: "/greeting/alice" });
  const response = new ServerResponse(incoming);
  expect(() => guard.optionalAccessOf(incoming)).toThrow("did not accept this request");
  await new Promise((resolve) => middleware(incoming, response, resolve));
  expect(() => guard.accessOf(incoming)).toThrow("call optionalAccessOf");
  expect(guard.optionalAccessOf(incoming)).toMatchObject({ principal: null, params: { userId: "alice" } });
});

it("`principal` may be null where the route says so, and only there", () => {
  const guard = usherFetch(options);
  const node = usherNode(options);
  guard.protect({ path: "/a" }, (_request, { principal }) => {
    expectTypeOf(principal).toEqualTypeOf<Principal>();
    return ran();
  });
  guard.protect({ path: "/a", optionalAuth: true }, (_request, { principal }) => {
    expectTypeOf(principal).toEqualTypeOf<Principal | null>();
    return ran();
  });
  guard.protect({ params: () => ({}), optionalAuth: true }, (_request, { principal }) => {
    expectTypeOf(principal).toEqualTypeOf<Principal | null>();
    return ran();
  });
  node.protect({ path: "/a", optionalAuth: false }, (_request, _response, { principal }) => {
    expectTypeOf(principal).toEqualTypeOf<Principal>();
  });
  const optionalAuth: boolean = Math.random() > 1;
  node.protect({ path: "/a", optionalAuth }, (_request, _response, { principal }) => {
    expectTypeOf(principal).toEqualTypeOf<Principal | null>();
  });
  usherSockets(options).protect({ path: "/a", optionalAuth: true }, (_request, _socket, _head, session) => {
    expectTypeOf(session?.principal).toEqualTypeOf<Principal | undefined>();
  });
});
