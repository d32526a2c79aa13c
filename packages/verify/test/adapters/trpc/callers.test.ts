import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createCallHost } from "../../../src/adapters/trpc/host.ts";
import { type UsherContext, usher } from "../../../src/adapters/trpc.ts";
import { subscribe } from "../../../src/events/index.ts";
import {
  ConfigurationError,
  createVerifier,
  type Principal,
  requireClaim,
  requireScopes,
  sharedSecret,
} from "../../../src/index.ts";
import { createBench } from "../../support.ts";

const { issuer, clock } = createBench();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
  accessTokens: { issuer: `${issuer.issuer}/api/auth`, scopes: null },
  clock,
});
const isSupport = requireClaim(({ role }) => role === "support", "role support");
const owner = { or: [isSupport], params: ["userId"] };
const used: unknown[] = [];
const protectedResource = {
  resource: "https://api.example.com/mcp",
  authorizationServers: "https://app.example.com/api/auth",
};
const guard = usher({
  verifier,
  ownerParam: { userId: "sub", "where.orgId": "org", "a.b.teamId": ({ claims }) => claims.teams as string[] },
  onOwnerException: ({ principal, exceptions }) => {
    used.push([principal.id, exceptions.map(({ param, value }) => `${param} ${value}`)]);
  },
  protectedResource,
});
const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
const anyInput = z.unknown();
const router = t.router({
  strict: guard
    .protect(t.procedure)
    .input(anyInput)
    .query(() => "ran"),
  support: guard
    .protect(t.procedure, { owner })
    .input(anyInput)
    .query(() => "ran"),
  sync: guard
    .protect(t.procedure, { owner: { clients: [requireScopes("tasks:sync")] } })
    .input(anyInput)
    .query(() => "ran"),
  changed: guard
    .protect(t.procedure, { owner })
    .input(z.object({ userId: z.string() }).transform(() => ({ userId: "carol" })))
    .query(({ input }) => input.userId),
  twice: guard
    .protect(guard.protect(t.procedure, { owner }), { owner })
    .input(anyInput)
    .query(() => "ran"),
  scoped: guard
    .protect(t.procedure)
    .use(guard.require(requireScopes("a")))
    .query(() => "ran"),
  greeting: guard
    .optional(t.procedure)
    .input(anyInput)
    .query(({ ctx }) => ctx.principal?.id ?? null),
});

function contextOf(token: string | undefined, header = `Bearer ${token}`): UsherContext {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: header };
  return guard.createContext({ req: new Request("http://localhost", { headers }) });
}

type Name = keyof typeof router._def.record;

/** What the procedure returned, or the code of its rejection. */
async function call(name: Name, input: unknown, claims: object = {}, token?: string): Promise<unknown> {
  const context = contextOf(token ?? issuer.tokenFor("bob", { claims: claims as never }));
  return outcome((router.createCaller(context)[name] as (input: unknown) => Promise<unknown>)(input));
}
async function outcome(called: Promise<unknown>): Promise<unknown> {
  try {
    return await called;
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return (error.cause as { code?: string } | undefined)?.code ?? error.message;
  }
}

const clientToken = (claims: object) =>
  issuer.tokenFor("client-1", {
    header: { typ: "at+jwt" },
    claims: { iss: `${issuer.issuer}/api/auth`, jti: "j1", client_id: "client-1", ...claims },
  });

describe("an owner field by path", () => {
  const acme = { org: "acme" };
  const shared = { x: "globex" };
  const form = new FormData();
  form.append("where[0][orgId]", "globex");

  it.each<[string, unknown]>([
    ["at the top", { where: { orgId: "globex" } }],
    ["deep below", { filters: [{ query: { where: { orgId: "globex" } } }] }],
    ["in a list of the parent", { where: [{ orgId: "acme" }, { orgId: "globex" }] }],
    ["in a list of lists", { where: [[{ orgId: "globex" }]] }],
    ["in a set", { where: new Set([{ orgId: "globex" }]) }],
    ["in a map", new Map([["where", new Map([["orgId", "globex"]])]])],
    ["in a form, by brackets", form],
    ["in a form, by dots", new URLSearchParams({ "where.orgId": "globex" })],
    ["in a form, with a long index", new URLSearchParams({ "where[10][orgId]": "globex" })],
    ["in a form, with an empty index", new URLSearchParams({ "where[][orgId]": "globex" })],
    ["below itself", { where: { where: { orgId: "globex" } } }],
    ["as a list", { where: { orgId: ["acme"] } }],
    ["as an operator", { where: { orgId: { in: ["acme"] } } }],
    ["as null", { where: { orgId: null } }],
    ["inherited", { where: Object.create({ orgId: "acme" }) }],
    ["of three names", { a: { b: { teamId: "red" } } }],
    ["of three names, in lists", { a: [{ b: [{ teamId: "red" }] }] }],
    ["in another case", { where: { orgid: "acme" } }],
    ["in another case of the parent", { Where: { orgId: "acme" } }],
    ["with an underscore", { where: { org_id: "acme" } }],
    ["with an underscore in the middle", { a: { b_: { teamId: "blue" } } }],
  ])("is checked %s", async (_name, input) => {
    expect(await call("strict", input, { ...acme, teams: ["blue"] })).toBe("owner_mismatch");
  });

  it.each<[string, unknown]>([
    ["with the claim", { where: { orgId: "acme" } }],
    ["below another parent", { data: { orgId: "globex" } }],
    ["at the top", { orgId: "globex" }],
    ["with a name in between", { where: { and: { orgId: "globex" } } }],
    ["in a form, with a name that ends with a digit", new URLSearchParams({ "where.a1.orgId": "globex" })],
    ["in a form, with a name that begins with one", new URLSearchParams({ "where.1a.orgId": "globex" })],
    ["below the last of three names", { b: { teamId: "red" } }],
    ["of three names, with the claim", { a: { b: { teamId: "blue" } } }],
    ["another spelling elsewhere", { data: { org_id: "globex" } }],
  ])("is accepted, or not meant: %s", async (_name, input) => {
    expect(await call("strict", input, { ...acme, teams: ["blue"] })).toBe("ran");
  });

  it("is checked in a value that two names lead to, whichever comes first", async () => {
    const shared = { orgId: "globex" };
    for (const input of [
      { data: shared, where: shared },
      { where: shared, data: shared },
    ])
      expect(await call("strict", input, acme)).toBe("owner_mismatch");
    const cyclic: Record<string, unknown> = { orgId: "globex" };
    cyclic.where = cyclic;
    expect(await call("strict", cyclic, acme)).toBe("owner_mismatch");
    expect(await call("strict", Object.assign(cyclic, { orgId: "acme" }), acme)).toBe("ran");
  });

  it("takes no longer for many names that lead to one value", async () => {
    const hub: Record<string, unknown> = {};
    for (let index = 0; index < 2000; index++) hub[`n${index}`] = { hub };
    const input: Record<string, unknown> = { hub };
    for (let index = 0; index < 2000; index++) input[`${"_".repeat(index)}where`] = hub;
    expect(await call("strict", input, acme)).toBe("ran");
  });

  it.each<[string, object, unknown, string]>([
    ["of a name twice", { "id.id": "org" }, { id: { id: "globex" } }, "owner_mismatch"],
    ["of a name twice, and once in the input", { "id.id": "org" }, { id: "globex" }, "ran"],
    [
      "of names that are another name if they are joined",
      { "a.b.x": "org", "ab.y": "org" },
      { a: { b: shared }, ab: shared },
      "owner_mismatch",
    ],
    [
      "of names that are another name if they are joined, in another order",
      { "a.b.x": "org", "ab.y": "org" },
      { ab: shared, a: { b: shared } },
      "owner_mismatch",
    ],
  ])("is that field only: %s", async (_name, ownerParam, input, expected) => {
    const other = usher({ verifier, ownerParam: ownerParam as Record<string, string> });
    const procedure = other
      .protect(t.procedure)
      .input(anyInput)
      .query(() => "ran");
    const context = contextOf(issuer.tokenFor("bob", { claims: acme }));
    expect(await outcome(t.router({ procedure }).createCaller(context).procedure(input))).toBe(expected);
  });

  it("holds next to a name: both must match", async () => {
    const both = usher({ verifier, ownerParam: { orgId: "org", "where.orgId": "sub" } });
    const procedure = both
      .protect(t.procedure)
      .input(anyInput)
      .query(() => "ran");
    const ask = (orgId: string) =>
      outcome(
        t
          .router({ procedure })
          .createCaller(contextOf(issuer.tokenFor("bob", { claims: { org: "acme" } })))
          .procedure({ where: { orgId } }),
      );
    expect([await ask("acme"), await ask("bob")]).toEqual(["owner_mismatch", "owner_mismatch"]);
  });

  it.each(["where..orgId", ".orgId", "where.", "."])("is refused at start: %s", (name) => {
    const create = () => usher({ verifier, ownerParam: { [name]: "org" } });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(
      `ownerParam: "${name}" must be the name of an input's field, or a path such as "where.orgId".`,
    );
  });
});

describe("an exception", () => {
  it("is for its procedure, for those who satisfy it, and for the fields that it names", async () => {
    const support = { role: "support", org: "acme" };
    expect(await call("support", { userId: "alice" }, support)).toBe("ran");
    expect(await call("support", { userId: "alice" })).toBe("owner_mismatch");
    expect(await call("strict", { userId: "alice" }, support)).toBe("owner_mismatch");
    expect(await call("support", { userId: "alice", where: { orgId: "acme" } }, support)).toBe("ran");
    expect(await call("support", { userId: "alice", where: { orgId: "globex" } }, support)).toBe(
      "owner_mismatch",
    );
  });

  it("is never for another spelling, or for a value that is no id", async () => {
    for (const input of [
      { user_id: "alice" },
      { userId: ["alice"] },
      { userId: { not: "bob" } },
      { userId: "" },
    ])
      expect(await call("support", input, { role: "support" })).toBe("owner_mismatch");
  });

  it("is reported once for each owner of a request, in the input as sent and after a schema", async () => {
    used.length = 0;
    await call("support", [{ userId: "alice" }, { userId: "dave" }, { userId: "alice" }], {
      role: "support",
    });
    expect(used).toEqual([
      ["bob", ["userId alice"]],
      ["bob", ["userId dave"]],
    ]);
    used.length = 0;
    expect(await call("changed", { userId: "alice" }, { role: "support" })).toBe("carol");
    expect(used.flat()).toEqual(["bob", ["userId alice"], "bob", ["userId carol"]]);
    expect(await call("changed", { userId: "bob" })).toBe("owner_mismatch");
  });

  it("is reported for each call of a batch or a WebSocket, which have one request", async () => {
    used.length = 0;
    const caller = router.createCaller(contextOf(issuer.tokenFor("bob", { claims: { role: "support" } })));
    await caller.support({ userId: "alice" });
    await caller.support({ userId: "alice" });
    expect(used).toEqual([
      ["bob", ["userId alice"]],
      ["bob", ["userId alice"]],
    ]);
  });

  it("is lost if a procedure is protected twice", async () => {
    expect(await call("twice", { userId: "alice" }, { role: "support" })).toBe("owner_mismatch");
    expect(await call("twice", { userId: "bob" })).toBe("ran");
  });

  it("may be for OAuth clients, which are no users", async () => {
    const ask = (name: Name, userId: string, claims: object) =>
      call(name, { userId }, {}, clientToken(claims));
    expect(await ask("sync", "alice", { scope: "tasks:sync" })).toBe("ran");
    expect(await ask("sync", "alice", { scope: "other" })).toBe("scope_insufficient");
    expect(await ask("strict", "client-1", { scope: "tasks:sync" })).toBe("owner_mismatch");
    expect(await ask("support", "client-1", { role: "support" })).toBe("owner_mismatch");
    expect(await call("sync", { userId: "alice" }, { scope: "tasks:sync" })).toBe("owner_mismatch");
  });

  it.each<[string, object, string]>([
    ["an empty list", { or: [], params: ["userId"] }, "protect: owner.or: pass at least one policy."],
    ["no rule", {}, "protect: owner must be { or: [policies] }, { clients: [policies] }, or both."],
    ["several fields, and none named", { or: [isSupport] }, "protect: the path has several"],
    [
      "a field that the guard does not have",
      { or: [isSupport], params: ["teamId"] },
      'protect: owner.params has "teamId"',
    ],
  ])("is refused at start with %s", (_name, rule, message) => {
    const protect = () => guard.protect(t.procedure, { owner: rule });
    expect(protect).toThrow(ConfigurationError);
    expect(protect).toThrow(message);
  });
});

describe("an optional token", () => {
  it("is a principal or null, and a bad one is rejected", async () => {
    const ask = (token?: string, header?: string) =>
      outcome(router.createCaller(contextOf(token, header)).greeting({ userId: "alice" }));
    expect(await ask()).toBe(null);
    expect(await ask(issuer.tokenFor("bob"))).toBe("bob");
    expect(await ask(issuer.tokenFor("bob", { expired: true }))).toBe("token_expired");
    expect(await ask("x", "Basic eDp5")).toBe("credentials_missing");
    expect(await ask("x", "")).toBe("credentials_missing");
  });

  it("has no policies: they need a protected procedure", async () => {
    const optional = guard.optional(t.procedure);
    // @ts-expect-error The principal may be null.
    const procedure = optional.use(guard.require(isSupport)).query(() => "ran");
    const caller = t.router({ procedure: procedure as never }).createCaller(contextOf(undefined)) as never;
    await expect((caller as { procedure(): Promise<unknown> }).procedure()).rejects.toThrow(
      "is not protected by",
    );
    guard.optional(t.procedure).query(({ ctx }) => {
      expectTypeOf(ctx.principal).toEqualTypeOf<Principal | null>();
    });
  });

  it("does not weaken a protected procedure", async () => {
    const own = usher({ verifier, ownerParam: "userId" });
    const both = t.router({
      outer: own
        .optional(own.protect(t.procedure))
        .input(anyInput)
        .query(() => "ran"),
      inner: own
        .protect(own.optional(t.procedure))
        .input(anyInput)
        .query(() => "ran"),
    });
    for (const name of ["outer", "inner"] as const) {
      expect(await outcome(both.createCaller(contextOf(undefined))[name]({}))).toBe("credentials_missing");
      const bob = both.createCaller(contextOf(issuer.tokenFor("bob")));
      expect(await outcome(bob[name]({ userId: "alice" }))).toBe("owner_mismatch");
    }
  });
});

it.each<[string, Name, unknown, string | undefined]>([
  ["a missing token", "strict", {}, undefined],
  ["a bad token, where it is optional", "greeting", {}, "x"],
  ["a policy", "scoped", {}, issuer.tokenFor("bob")],
  ["an input as sent", "strict", { userId: "alice" }, issuer.tokenFor("bob")],
  ["an input after its schema", "changed", { userId: "bob" }, issuer.tokenFor("bob")],
])(
  "a rejection because of %s is reported with its procedure and its request",
  async (_why, name, input, token) => {
    const told: unknown[] = [];
    onTestFinished(subscribe("usher:reject", ({ route, request }) => told.push([route, request])));
    const context = contextOf(token);
    const called = router.createCaller(context)[name] as (input: unknown) => Promise<unknown>;
    await expect(called(input)).rejects.toThrow(TRPCError);
    expect(told).toEqual([[name, context.unverified.request]]);
  },
);

it("a step of a call tells the call's procedure, and none afterwards", () => {
  const host = createCallHost();
  const route = () => host.describe?.(new Request("http://localhost/a,b"))?.route;
  host.during("a", () => {
    host.during("b", () => expect(route()).toBe("b"));
    expect(route()).toBe("a");
  });
  expect(route()).toBeUndefined();
});

it("an inherited field is rejected with its name", async () => {
  const context = contextOf(issuer.tokenFor("bob"));
  const called = router.createCaller(context).strict(Object.create({ userId: "bob" }));
  await expect(called).rejects.toMatchObject({ cause: { hint: expect.stringContaining("`userId`") } });
});

it("each challenge names the metadata of the protected resource, which the guard serves", async () => {
  const response = await fetchRequestHandler({
    endpoint: "/trpc",
    req: new Request("http://localhost/trpc/strict"),
    router,
    createContext: guard.createContext,
    responseMeta: guard.responseMeta,
  });
  const path = "/.well-known/oauth-protected-resource/mcp";
  expect(response.headers.get("www-authenticate")).toContain(
    `resource_metadata="https://api.example.com${path}"`,
  );
  const { metadata } = usher({ verifier, ownerParam: null, protectedResource });
  expect(metadata?.("GET", path)).toMatchObject({ status: 200 });
  expect(metadata?.("GET", "/trpc")).toBeUndefined();
  expect(usher({ verifier, ownerParam: null })).not.toHaveProperty("metadata");
});
