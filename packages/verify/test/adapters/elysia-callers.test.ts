import { Elysia } from "elysia";
import { expect, it, onTestFinished } from "vitest";
import type { OwnerExceptionEvent } from "../../src/access/guard-options.ts";
import { usher } from "../../src/adapters/elysia.ts";
import { subscribe } from "../../src/events/index.ts";
import { requireClaim } from "../../src/index.ts";
import { createBench } from "../support.ts";

// biome-ignore lint/suspicious/noExplicitAny: apps of every type.
type Any = any;

const { issuer, verifier } = createBench();
const owner = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const guard = usher({ verifier, ownerParam: "userId" });
const start = (): Any => new Elysia().use(guard);

async function ask(app: Any, path: string, role?: string, method = "GET"): Promise<number> {
  const headers = { authorization: `Bearer ${issuer.tokenFor("bob", { claims: { role } })}` };
  return (await app.handle(new Request(`http://localhost${path}`, { method, headers }))).status;
}

/** Support staff on Alice's path: admitted by the rule, and others are not. */
async function expectException(app: Any, path: string): Promise<void> {
  expect(await ask(app, path, "support"), path).toBe(200);
  expect(await ask(app, path), path).toBe(403);
}
async function expectNone(app: Any, path: string, method = "GET"): Promise<void> {
  expect(await ask(app, path, "support", method), `${method} ${path}`).toBe(403);
}

it("an owner rule is for its route and its method, and not for the routes after it", async () => {
  const app = start()
    .get("/users/:userId", () => "tasks", { owner })
    .post("/users/:userId", () => "written")
    .get("/users/:userId/keys", () => "keys");
  await expectException(app, "/users/alice");
  await expectNone(app, "/users/alice", "POST");
  await expectNone(app, "/users/alice/keys");
});

it("an owner rule of a group, of guard() with a callback and of a macro stays inside", async () => {
  const app = start()
    .group("/group", { owner }, (group: Any) =>
      group.get("/:userId", () => "in").group("/deep", (deep: Any) => deep.get("/:userId", () => "in")),
    )
    .guard({ owner }, (inner: Any) => inner.get("/guarded/:userId", () => "in"))
    .macro({ staff: { owner } })
    .get("/macro/:userId", () => "in", { staff: true })
    .get("/after/:userId", () => "out");
  for (const path of ["/group/alice", "/group/deep/alice", "/guarded/alice", "/macro/alice"])
    await expectException(app, path);
  await expectNone(app, "/after/alice");
});

it.each(["group", "guard", "guard around a group", "guard with a macro"])(
  "the innermost options count in a %s, and two owner rules of which none is known to be inside open nothing",
  async (shape) => {
    const app = start().macro({
      asOwner: { owner },
      asOptional: { optionalAuth: true },
      asPublic: { public: true },
    });
    const around = (name: string, hook: object, inside: (inner: Any) => Any) => {
      if (shape === "group") return app.group("", hook, inside);
      if (shape === "guard") return app.guard(hook, inside);
      return shape === "guard with a macro"
        ? app.guard({ [name]: true }, inside)
        : app.guard(hook, (inner: Any) => inner.group("", inside));
    };
    const admins = { or: [requireClaim(({ role }) => role === "admin", "role admin")] };
    around("asOwner", { owner }, (inner) => inner.get("/own/:userId", () => "in", { owner: { ...admins } }));
    for (const [name, hook] of [
      ["asOptional", { optionalAuth: true }],
      ["asPublic", { public: true }],
    ] as const)
      around(name, hook, (inner) =>
        inner
          .get(`/${name}/owner/:userId`, () => "in", { owner })
          .get(`/${name}/closed/:userId`, () => "in", { public: false })
          .get(`/${name}/required/:userId`, () => "in", { optionalAuth: false })
          .get(`/${name}/policies`, () => "in", { policies: owner.or })
          .get(`/${name}/open`, () => "in"),
      );
    await expectNone(app, "/own/alice");
    for (const name of ["asOptional", "asPublic"]) {
      for (const path of ["owner/alice", "closed/alice", "required/alice", "policies"]) {
        const anonymous = await app.handle(new Request(`http://localhost/${name}/${path}`));
        expect(anonymous.status, `${name} ${path}`).toBe(401);
        if (path !== "owner/alice") expect(await ask(app, `/${name}/${path}`), path).toBe(403);
      }
      await expectException(app, `/${name}/owner/alice`);
      expect((await app.handle(new Request(`http://localhost/${name}/open`))).status).toBe(200);
    }
  },
);

it("the policies of a guard() without a callback close the public group that it is in", async () => {
  const app = start().group("", { public: true }, (outer: Any) =>
    outer.group("/group", { public: true }, (group: Any) =>
      group
        .get("/before", () => "in", { public: true })
        .guard({ policies: owner.or })
        .get("/closed", () => "in"),
    ),
  );
  expect((await app.handle(new Request("http://localhost/group/closed"))).status).toBe(401);
  expect(await ask(app, "/group/closed")).toBe(403);
  expect(await ask(app, "/group/closed", "support")).toBe(200);
  expect((await app.handle(new Request("http://localhost/group/before"))).status).toBe(200);
});

it("two macros with one name, in two plugins, each keep their own rule", async () => {
  const admins = { or: [requireClaim(({ role }) => role === "admin", "role admin")] };
  const plugin = (name: string, rule: object) =>
    (new Elysia({ name }).use(guard) as Any)
      .macro({ staff: { owner: rule } })
      .get(`/${name}/:userId`, () => name, { staff: true });
  const app = start().use(plugin("support", owner)).use(plugin("admin", admins));
  await expectException(app, "/support/alice");
  await expectNone(app, "/admin/alice");
  expect(await ask(app, "/admin/alice", "admin")).toBe(200);
  expect(await ask(app, "/support/alice", "admin")).toBe(403);
});

it("two owner rules of one route open nothing, even if they look the same", async () => {
  const team = { or: [requireClaim(({ team }) => team === "support", "role support")] };
  for (const [first, second] of [
    [owner, team],
    [team, owner],
  ])
    await expectNone(
      start()
        .macro({ staff: { owner: first } })
        .get("/users/:userId", () => "tasks", { staff: true, owner: second }),
      "/users/alice",
    );
});

it("a route is public in an app whose guard() has policies for all of its routes", async () => {
  const app = start()
    .guard({ policies: [requireClaim(({ role }) => role === "support", "role support")] })
    .get("/open", () => "open", { public: true })
    .get("/closed", () => "closed");
  expect((await app.handle(new Request("http://localhost/open"))).status).toBe(200);
  expect(await ask(app, "/closed")).toBe(403);
  expect(await ask(app, "/closed", "support")).toBe(200);
});

it("an owner rule of a plugin is not for the apps that use it", async () => {
  const plugin = (new Elysia().use(guard) as Any)
    .get("/in/:userId", () => "in", { owner })
    .get("/beside/:userId", () => "beside");
  const app = start()
    .use(plugin)
    .get("/out/:userId", () => "out");
  await expectException(app, "/in/alice");
  for (const path of ["/beside/alice", "/out/alice"]) await expectNone(app, path);
});

it("an owner rule does not reach an app behind the route", async () => {
  const inner = start().get("/outer/:userId", () => "inner");
  const app = start().get("/outer/:userId", ({ request }: Any) => inner.handle(request), { owner });
  await expectNone(app, "/outer/alice");
});

it("an owner rule counts only if every route that may serve the path has it", async () => {
  const app = start()
    .all("/mixed/:userId", () => "all")
    .get("/mixed/:userId", () => "get", { owner })
    .get("/first/:userId", () => "get", { owner })
    .all("/first/:userId", () => "all")
    .all("/both/:userId", () => "all", { owner })
    .get("/both/:userId", () => "get", { owner });
  for (const path of ["/mixed/alice", "/first/alice"]) await expectNone(app, path);
  await expectException(app, "/both/alice");
});

it("an owner rule holds for a constant response too, and for the value after a schema", async () => {
  const app = start().get("/constant/:userId", "constant", { owner }).get("/plain/:userId", "plain");
  await expectException(app, "/constant/alice");
  await expectNone(app, "/plain/alice");
});

it("an owner rule that changes between two routes is another rule", async () => {
  const rule: { or: (typeof owner)["or"] } = { ...owner };
  const app = start().get("/one/:userId", () => "in", { owner: rule });
  rule.or = [requireClaim(({ role }) => role === "admin", "role admin")];
  app.get("/other/:userId", () => "in", { owner: rule });
  await expectException(app, "/one/alice");
  await expectNone(app, "/other/alice");
});

it("guard() without a callback cannot open earlier routes", () => {
  for (const options of [{ owner }, { optionalAuth: true }, { as: "global", owner }])
    expect(() => start().guard(options)).toThrow("Without one, guard() would also open earlier routes");
});

it("an invalid owner rule is refused at start", () => {
  for (const rule of [{}, { or: [] }, { params: ["userId"] }, "support", null])
    expect(() => start().get("/x/:userId", () => "x", { owner: rule })).toThrow("usher: owner");
});

it("the app's own macro with the guard's name opens no path", async () => {
  const app = start()
    .macro({ optionalAuth: () => ({}), owner: () => ({}) })
    .get("/optional", () => "x", { optionalAuth: true })
    .get("/owned/:userId", () => "x", { owner });
  expect((await app.handle(new Request("http://localhost/optional"))).status).toBe(401);
  await expectNone(app, "/owned/alice");
});

it("with an optional token, `optionalPrincipal` is the user or null, and `principal` is not set", async () => {
  const see = ({ principal, optionalPrincipal }: Any) =>
    `${principal === null ? null : principal?.id} ${optionalPrincipal?.id ?? null}`;
  const app = start()
    .get("/optional/:userId", see, { optionalAuth: true })
    .get("/public", see, { public: true })
    .get("/required", see)
    .group("/group", { optionalAuth: true }, (group: Any) =>
      group.get("", see).get("/closed", see, { optionalAuth: false }),
    );
  const text = async (path: string, headers = {}) =>
    (await app.handle(new Request(`http://localhost${path}`, { headers }))).text();
  const alice = { authorization: `Bearer ${issuer.tokenFor("alice")}` };
  // Anyone may call it, so its path belongs to no one.
  expect(await text("/optional/bob")).toBe("undefined null");
  expect(await text("/optional/bob", alice)).toBe("alice alice");
  expect(await text("/group", alice)).toBe("alice alice");
  expect(await text("/public", alice)).toBe("undefined null");
  expect(await text("/required", alice)).toBe("alice alice");
  expect(await text("/group/closed")).toContain("credentials_missing");
});

it("a route cannot have policies and an optional token", async () => {
  const policies = [requireClaim(() => true, "anything")];
  const app = start()
    .get("/one", () => "x", { policies, optionalAuth: true })
    .get("/other", () => "x", { optionalAuth: true, policies });
  for (const path of ["/one", "/other"])
    expect((await app.handle(new Request(`http://localhost${path}`))).status, path).toBe(401);
  const hints: unknown[] = [];
  onTestFinished(subscribe("usher:reject", ({ hint }) => hints.push(hint)));
  expect(await ask(app, "/one")).toBe(403);
  expect(hints).toEqual([
    expect.stringContaining(
      'the route "/one" requires: usher: a route that accepts requests without a token',
    ),
  ]);
});

it("each guard of two reports its own exceptions, once for each request", async () => {
  const used: string[] = [];
  const other = usher({
    verifier,
    ownerParam: "userId",
    onOwnerException: ({ principal }: OwnerExceptionEvent) => used.push(principal.id),
  });
  const app = (new Elysia().use(guard).use(other) as Any).get("/users/:userId", () => "x", {
    owner,
  });
  expect(await ask(app, "/users/alice", "support")).toBe(200);
  expect(used).toEqual(["bob"]);
});

it("a request that is handled again is decided again", async () => {
  const app = start()
    .get("/public", () => "in", { public: true })
    .post("/public", ({ body }: Any) => body, { public: true })
    .get("/optional", (context: Any) => context.optionalPrincipal?.id ?? "no one", { optionalAuth: true });
  const handle = async (request: Request) => {
    const response = await app.handle(request);
    return response.status === 200 ? response.text() : response.status;
  };
  const open = new Request("http://localhost/public");
  expect([await handle(open), await handle(open)]).toEqual(["in", "in"]);
  const headers = { "content-type": "application/json" };
  const broken = new Request("http://localhost/public", { method: "POST", body: "{", headers });
  expect([await handle(broken), await handle(broken)]).toEqual([400, 400]);
  const optional = new Request("http://localhost/optional");
  expect([await handle(optional), await handle(optional)]).toEqual(["no one", "no one"]);
  optional.headers.set("authorization", `Bearer ${issuer.tokenFor("bob")}`);
  expect([await handle(optional), await handle(optional)]).toEqual(["bob", "bob"]);
  optional.headers.set("authorization", "Bearer bad");
  expect([await handle(optional), await handle(optional)]).toEqual([401, 401]);
  optional.headers.delete("authorization");
  expect(await handle(optional)).toBe("no one");
});
