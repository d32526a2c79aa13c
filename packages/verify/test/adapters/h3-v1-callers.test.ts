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
  useBase,
} from "h3-v1";
import { expect, it, onTestFinished } from "vitest";
import {
  enforce,
  optionalPrincipalOf,
  principalOf,
  type UsherOptions,
  usher,
} from "../../src/adapters/h3-v1.ts";
import { ConfigurationError, requireClaim } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const run = defineEventHandler(() => "ran");

type Routes = NonNullable<UsherOptions["routes"]>;
type Ask = (path: string, role?: string | null, method?: string) => Promise<number>;

/** Starts an app with a guard and these handlers. */
async function serve(routes: Routes, ...handlers: EventHandler[]): Promise<Ask> {
  const app = createApp().use(defineEventHandler(usher({ verifier, ownerParam: "userId", routes })));
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
  expect(await ask("/scoped", "user")).toBe(200);
  // The router chose another route for that path.
  expect(await ask("/x/bob", null)).toBe(401);
  expect(await ask("/unknown", null)).toBe(401);
  // The handler reads the principal, which is not there.
  expect(await ask("/required", null)).toBe(500);
});

it.each<[string, unknown]>([
  ["/users/:userId", { owner }],
  ["get /users/:userId", { owner }],
  ["GET users/:userId", { owner }],
  ["GET /users/:user_id", { owner }],
  ["GET /users", { owner }],
  ["GET /users/:userId/**", { owner }],
  ["GET /users/:userId", { owner: { or: [] } }],
  ["GET /users/:userId", { owner, optionalAuth: true }],
  ["GET /users/:userId", { public: true }],
  ["GET /users/:userId", { policies: [] }],
])("rules that do not fit are refused at start: %s", (route, rules) => {
  const start = () => usher({ verifier, ownerParam: "userId", routes: { [route]: rules as object } });
  expect(start).toThrow(ConfigurationError);
});
