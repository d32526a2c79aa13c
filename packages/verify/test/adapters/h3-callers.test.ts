import {
  defineHandler,
  defineRoute,
  H3,
  type H3Event,
  type H3EventContext,
  type H3RouteMeta,
  withBase,
} from "h3";
import { expect, it } from "vitest";
import { usher } from "../../src/adapters/h3.ts";
import { type AuthError, requireClaim } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const meta = { owner };
const rejected: AuthError[] = [];
const guard = () =>
  usher({ verifier, ownerParam: ["userId", "orgId"], onReject: ({ error }) => void rejected.push(error) });
const run = () => "ran";

async function ask(app: H3, path: string, user = "bob", role?: string, method = "GET"): Promise<number> {
  const headers = { authorization: `Bearer ${issuer.tokenFor(user, { claims: { role } })}` };
  return (await app.request(path, { method, headers })).status;
}
async function expectException(app: H3, path: string): Promise<void> {
  expect(await ask(app, path, "bob", "support"), path).toBe(200);
  expect(await ask(app, path), path).toBe(403);
}
async function expectNone(app: H3, path: string, method = "GET"): Promise<void> {
  expect(await ask(app, path, "bob", "support", method), `${method} ${path}`).toBe(403);
}

it("an owner rule is for its route and its method", async () => {
  const app = new H3().use(guard());
  app.get("/users/:userId", run, { meta }).post("/users/:userId", run).get("/users/:userId/keys", run);
  await expectException(app, "/users/alice");
  await expectNone(app, "/users/alice", "POST");
  await expectNone(app, "/users/alice/keys");
});

it("an owner rule is kept by a mounted app, and is not for other routes of it", async () => {
  const inner = new H3().get("/:userId", run, { meta }).get("/:userId/keys", run);
  const app = new H3().use(guard()).mount("/mounted", inner).get("/mounted-not/:userId", run);
  await expectException(app, "/mounted/alice");
  for (const path of ["/mounted/alice/keys", "/mounted-not/alice"]) await expectNone(app, path);
});

it("an owner rule does not reach the routes of a second app behind the route", async () => {
  const app = new H3().use(guard());
  const inner = new H3().get("/outer/:userId", run).get("/outer/:userId/tasks", run);
  const called = new H3().get("/called/:userId", run);
  app.all("/outer/:userId", inner, { meta }).all("/outer/:userId/**", inner, { meta });
  app.all("/based/:userId/**", withBase("/based/alice", new H3().get("/:userId", run)), { meta });
  app.all("/called/:userId", (event) => called.handler(event), { meta });
  for (const path of ["/outer/alice", "/outer/alice/tasks", "/based/alice/carol", "/called/alice"])
    await expectNone(app, path);
  expect(await ask(app, "/outer/bob/tasks")).toBe(200);
  // A rule of the second app's route is for that route, and the outer one stays closed.
  const ruled = new H3().get("/closed/:userId/tasks", run, { meta });
  app.all("/closed/:userId/**", ruled).all("/open/**", new H3().get("/open/:userId", run, { meta }));
  await expectNone(app, "/closed/alice/tasks");
  await expectException(app, "/open/alice");
});

it("an optional token does not reach the routes of a second app behind the route", async () => {
  const app = new H3().use(guard());
  const inner = new H3()
    .get("/outer", run)
    .get("/rest/tasks", run)
    .get("/rest/open", run, {
      meta: { optionalAuth: true },
    });
  app.all("/outer", inner, { meta: { optionalAuth: true } });
  app.all("/rest/**", inner, { meta: { optionalAuth: true } });
  const called = new H3().get("/called", run);
  app.all("/called", (event) => called.handler(event), { meta: { optionalAuth: true } });
  expect((await app.request("/called")).status).toBe(401);
  expect((await app.request("/outer")).status).toBe(401);
  expect((await app.request("/rest/tasks")).status).toBe(401);
  expect(rejected.at(-1)).toMatchObject({
    code: "credentials_missing",
    hint: "a token is optional on the outer route, and required on the route of the second app",
  });
  expect((await app.request("/rest/open")).status).toBe(200);
  expect(await ask(app, "/rest/tasks")).toBe(200);
});

it("an owner rule of defineHandler() or defineRoute() rejects everyone, with the reason", async () => {
  const app = new H3().use(guard());
  const shared = () => "shared";
  app.get("/defined/:userId", defineHandler({ meta, handler: shared }));
  app.register(defineRoute({ method: "GET", route: "/routed/:userId", meta, handler: () => "routed" }));
  // h3 keeps the options of defineHandler on the function.
  app.get("/users/:userId", shared);
  for (const path of ["/defined/alice", "/routed/alice", "/users/alice"]) {
    await expectNone(app, path);
    expect(rejected.at(-1)?.hint, path).toContain("Set it where you add the route");
  }
  app.get("/stated/:userId", defineHandler({ meta, handler: shared }), { meta: { owner: { ...owner } } });
  await expectException(app, "/stated/alice");
});

it("an optional token of defineHandler() opens no path of an owner", async () => {
  const app = new H3().use(guard());
  const handler = defineHandler({ meta: { optionalAuth: true }, handler: () => "x" });
  app.get("/greeting", handler).get("/users/:userId", handler);
  expect((await app.request("/greeting")).status).toBe(200);
  expect((await app.request("/users/alice")).status).toBe(401);
  await expectNone(app, "/users/alice");
  expect(await ask(app, "/users/bob")).toBe(200);
});

it.each<[string, H3RouteMeta & { route?: string }]>([
  ["an empty list", { owner: { or: [] } }],
  ["no rule", { owner: {} }],
  ["several owners, and none named", { owner, route: "/orgs/:orgId/users/:userId" }],
  ["a parameter that the path does not have", { owner: { ...owner, params: ["orgId"] } }],
  ["public and optional", { public: true, optionalAuth: true }],
  ["policies and an optional token", { optionalAuth: true, policies: owner.or }],
])("invalid rules reject everyone, with the reason: %s", async (_name, { route, ...rules }) => {
  const app = new H3().use(guard()).get(route ?? "/x/:userId", run, { meta: rules });
  const path = route === undefined ? "/x/alice" : "/orgs/alice/users/alice";
  expect((await app.request(path)).status).toBe(401);
  for (const user of ["alice", "bob"]) expect(await ask(app, path, user, "support")).toBe(403);
  expect(rejected.slice(-2).map(({ hint }) => hint)).toContainEqual(
    expect.stringMatching(/owner|optionalAuth/),
  );
});

it("rules that change after the first request have no effect", async () => {
  const changing: { owner?: typeof owner } = {};
  const app = new H3().use(guard()).get("/users/:userId", run, { meta: changing });
  await expectNone(app, "/users/alice");
  changing.owner = owner;
  Object.assign(app["~routes"][0]?.meta ?? {}, { owner });
  await expectNone(app, "/users/alice");
});

it("with an optional token, the context has the user or null", async () => {
  const app = new H3().use(guard());
  const see = ({ context }: H3Event) => ({
    ...("principal" in context && { principal: context.principal.id }),
    optional: context.optionalPrincipal?.id ?? null,
  });
  app.get("/optional/:userId", see, { meta: { optionalAuth: true } }).get("/required", see);
  const get = async (path: string, headers = {}) => (await app.request(path, { headers })).json();
  const alice = { authorization: `Bearer ${issuer.tokenFor("alice")}` };
  expect(await get("/optional/bob")).toEqual({ optional: null });
  expect(await get("/optional/bob", alice)).toEqual({ principal: "alice", optional: "alice" });
  expect(await get("/required", alice)).toEqual({ principal: "alice", optional: "alice" });
  // A host may pass one context to several requests.
  const shared = {} as H3EventContext;
  expect((await app.request("/required", { headers: alice }, shared)).status).toBe(200);
  expect(await (await app.request("/optional/bob", {}, shared)).json()).toEqual({ optional: null });
});
