import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type App,
  createApp,
  createRouter,
  defineEventHandler,
  defineLazyEventHandler,
  type EventHandler,
  toNodeListener,
  toWebHandler,
  useBase,
} from "h3-v1";
import { expect, it, onTestFinished } from "vitest";
import { isChosen } from "../../src/adapters/h3-v1/routes.ts";
import {
  enforce,
  type H3V1Event,
  optionalPrincipalOf,
  principalOf,
  type UsherOptions,
  usher,
} from "../../src/adapters/h3-v1.ts";
import { type AuthError, ConfigurationError, requireClaim } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const run = defineEventHandler(() => "ran");

const rejected: AuthError[] = [];
const onReject: NonNullable<UsherOptions["onReject"]> = ({ error }) => void rejected.push(error);

type Routes = NonNullable<UsherOptions["routes"]>;
type Ask = (path: string, role?: string | null, method?: string) => Promise<number>;

/** Starts an app with a guard and these handlers. */
async function serve(routes: Routes, ...handlers: EventHandler[]): Promise<Ask> {
  const app = createApp().use(
    defineEventHandler(usher({ verifier, ownerParam: "userId", routes, onReject })),
  );
  for (const handler of handlers) app.use(handler);
  return listen(app);
}

/** Starts an app. `ask` sends a request of Bob, or without a token if the role is null. */
async function listen(app: App): Promise<Ask> {
  const server = createServer(toNodeListener(app)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (path, role, method = "GET") => {
    const authorization = `Bearer ${issuer.tokenFor("bob", { claims: { role } })}`;
    const headers: Record<string, string> = role === null ? {} : { authorization };
    return (await fetch(origin + path, { method, headers })).status;
  };
}

it("an owner rule is for its route and its method", async () => {
  const router = createRouter().get("/users/:userId", run).post("/users/:userId", run);
  router.get("/users/:userId/keys", run).head("/users/:userId", run);
  const ask = await serve({ "GET /users/:userId": { owner } }, router.handler);
  expect(await ask("/users/alice", "support")).toBe(200);
  expect(await ask("/users/alice")).toBe(403);
  expect(await ask("/users/alice", "support", "POST")).toBe(403);
  expect(await ask("/users/alice", "support", "HEAD")).toBe(403);
  expect(await ask("/users/alice/keys", "support")).toBe(403);
  expect(await ask("/users/alice?x=1", "support")).toBe(200);
});

it("an owner rule is for the route that the router chose, by its pattern and its whole path", async () => {
  const rules: Routes = { "GET /support/:userId": { owner }, "GET /:userId": { owner } };
  const other = createRouter().get("/:kind/:userId", run);
  const below = (base: string) =>
    createRouter().use(`${base}/**`, useBase(base, createRouter().get("/:userId", run).handler)).handler;
  const ask = await serve(rules, other.handler);
  // The rule's path, and another pattern.
  expect(await ask("/support/alice", "support")).toBe(403);
  const askBelow = await serve(rules, below("/users"), below("/support"));
  expect(await askBelow("/users/alice", "support")).toBe(403);
  const askBase = await serve(rules, below("/support"));
  expect(await askBase("/support/alice", "support")).toBe(200);
  expect(await askBase("/support/alice")).toBe(403);
});

it("of several rules for a path, the one of the route that the router prefers counts", async () => {
  const router = createRouter()
    .get("/a/:userId/tasks", run)
    .get("/a/greeting/tasks", run)
    .get("/a/:userId/**", run);
  const ask = await serve(
    {
      "GET /a/*": { optionalAuth: true },
      "GET /a/:userId/tasks": { owner },
      "GET /a/greeting/tasks": { optionalAuth: true },
    },
    router.handler,
  );
  expect(await ask("/a/greeting/tasks", null)).toBe(200);
  expect(await ask("/a/alice/tasks", null)).toBe(401);
  expect(await ask("/a/alice/tasks", "support")).toBe(200);
  expect(await ask("/a/alice/tasks")).toBe(403);
  expect(await ask("/a/alice/keys", null)).toBe(401);
  expect(await ask("/a/alice/keys", "support")).toBe(403);
});

it("of several rules for a path, the first segment that differs counts, in any order of the rules", async () => {
  const rules: [string, object][] = [
    ["GET /:a/x/:c", { optionalAuth: true }],
    ["GET /:userId/:b/c", { owner }],
  ];
  for (const ordered of [rules, rules.toReversed()]) {
    const ask = await serve(Object.fromEntries(ordered), createRouter().get("/:a/x/:c", run).handler);
    expect(await ask("/alice/x/c", null)).toBe(200);
  }
});

it.each([
  ["/users/:userId", true],
  ["/:userId", true],
  ["/users", false],
  [":userId", false],
  ["", false],
  [undefined, false],
])("the rules of /users/:userId are for a route with the pattern %j: %s", (pattern, isTheirs) => {
  const route = { path: "/users/:userId" } as Parameters<typeof isChosen>[0];
  expect(isChosen(route, pattern)).toBe(isTheirs);
});

it("an owner rule is by the whole path, also if the guard is used at a prefix", async () => {
  const app = createApp();
  const routes = { "GET /api/users/:userId": { owner } };
  app.use("/api", defineEventHandler(usher({ verifier, ownerParam: "userId", routes })));
  app.use("/api", createRouter().get("/users/:userId", run).handler);
  const ask = await listen(app);
  expect(await ask("/api/users/alice", "support")).toBe(200);
  expect(await ask("/api/users/alice")).toBe(403);
});

it("an owner rule holds for a lazy handler, as in Nitro", async () => {
  const lazy = defineLazyEventHandler(async () => run);
  const ask = await serve(
    { "GET /users/:userId": { owner } },
    createRouter().get("/users/:userId", lazy).handler,
  );
  expect(await ask("/users/alice", "support")).toBe(200);
  expect(await ask("/users/alice")).toBe(403);
});

it("a second guard has its own rules", async () => {
  const strict = createApp()
    .use(defineEventHandler(usher({ verifier, ownerParam: "userId" })))
    .use(createRouter().get("/users/:userId", run)).handler;
  const ask = await serve({ "GET /users/:userId": { owner } }, strict);
  expect(await ask("/users/alice", "support")).toBe(403);
});

it("an optional token is for its route only, and for no policy", async () => {
  const see = defineEventHandler((event) => ({ id: optionalPrincipalOf(event)?.id ?? null }));
  const isAnyone = enforce(requireClaim(() => true, "anything"));
  const router = createRouter()
    .get("/greeting", see)
    .post("/greeting", see)
    .get("/scoped", defineEventHandler({ onRequest: isAnyone, handler: run }))
    .get(
      "/required",
      defineEventHandler((event) => principalOf(event).id),
    )
    .get("/:any/:more", run);
  const optional = { optionalAuth: true } as const;
  const ask = await serve(
    {
      "GET /greeting": optional,
      "GET /scoped": optional,
      "GET /required": optional,
      "GET /x/:userId": optional,
    },
    router.handler,
  );
  expect(await ask("/greeting", null)).toBe(200);
  expect(await ask("/greeting", "user")).toBe(200);
  expect(await ask("/greeting", null, "POST")).toBe(401);
  expect(await ask("/scoped", null)).toBe(401);
  expect(rejected.at(-1)).toMatchObject({ code: "credentials_missing", hint: "this route needs a token" });
  expect(await ask("/scoped", "user")).toBe(200);
  // The router chose another route for that path.
  expect(await ask("/x/bob", null)).toBe(401);
  expect(await ask("/unknown", null)).toBe(401);
  // The handler reads the principal, which is not there.
  expect(await ask("/required", null)).toBe(500);
});

it("with an optional token, the context has the user or null", async () => {
  const see = defineEventHandler((event) => ({ ...event.context, params: undefined, told: tell(event) }));
  const tell = (event: H3V1Event) => {
    try {
      return principalOf(event).id;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const routes = { "GET /greeting": { optionalAuth: true } };
  const app = createApp().use(defineEventHandler(usher({ verifier, ownerParam: "userId", routes })));
  const handle = toWebHandler(app.use(createRouter().get("/greeting", see)));
  const get = async (headers: object) =>
    (await handle(new Request("http://localhost/greeting", { ...headers }))).json();
  expect(await get({})).not.toHaveProperty("principal");
  expect(await get({})).toMatchObject({
    optionalPrincipal: null,
    told: "No principal was verified for this request. On a route with optionalAuth, call optionalPrincipalOf.",
  });
  expect(await get({ headers: { authorization: `Bearer ${issuer.tokenFor("alice")}` } })).toMatchObject({
    principal: { id: "alice" },
    optionalPrincipal: { id: "alice" },
    told: "alice",
  });
});

it("the principal cannot be read without a guard", () => {
  expect(() => optionalPrincipalOf({} as never)).toThrow("No usher(...) accepted this request.");
  expect(() => principalOf({} as never)).toThrow(
    "No principal was verified for this request. On a route with optionalAuth, call optionalPrincipalOf.",
  );
});

const form = 'must be a method and the whole path, as in "GET /api/:userId/tasks".';

it.each<[string, unknown, string]>([
  ["/users/:userId", { owner }, `routes: "/users/:userId" ${form}`],
  ["get /users/:userId", { owner }, form],
  ["a GET /users/:userId", { owner }, form],
  ["GET users/:userId", { owner }, form],
  ["GET /users/:userId\n/", { owner }, form],
  ["GET /users/:user_id", { owner }, "/users/:user_id: the parameter"],
  ["GET /users", { owner }, "/users: owner is for routes with an owner parameter in their path."],
  ["GET /users/:userId/**", { owner }, "path: "],
  ["GET /users/:userId", { owner: { or: [] } }, "/users/:userId: owner.or: pass at least one policy."],
  ["GET /users/:userId", { owner, optionalAuth: true }, "/users/:userId: a route that accepts requests"],
  ["GET /users/:userId", { public: true }, "/users/:userId: a public handler is one that is not wrapped."],
  ["GET /users/:userId", { policies: [] }, "routes: GET /users/:userId: use enforce(...) for policies."],
])("rules that do not fit are refused at start: %s", (route, rules, message) => {
  const start = () => usher({ verifier, ownerParam: "userId", routes: { [route]: rules as object } });
  expect(start).toThrow(ConfigurationError);
  expect(start).toThrow(message);
});
