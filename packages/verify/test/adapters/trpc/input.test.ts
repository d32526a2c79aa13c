import { initTRPC, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type UsherContext, usher } from "../../../src/adapters/trpc.ts";
import { ConfigurationError, requireScopes } from "../../../src/index.ts";
import { createBench } from "../../support.ts";

const { issuer, verifier } = createBench();
const guard = usher({ verifier, ownerParam: ["userId", "tenantId"] });
const t = initTRPC.context<UsherContext>().create();
const protectedProcedure = guard.protect(t.procedure);

function contextOf(user: string): UsherContext {
  const headers = { authorization: `Bearer ${issuer.tokenFor(user)}` };
  return guard.createContext({ req: new Request("http://localhost", { headers }) });
}

/** The result of a call by Alice: what the procedure returned, or the code of its rejection. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return (error.cause as { code?: string } | undefined)?.code ?? error.message;
  }
}

describe("trpc adapter: the owner field in an input", () => {
  const run = vi.fn((_options: unknown) => "ran");
  const router = t.router({ anything: protectedProcedure.input(z.unknown()).mutation(run) });
  const ask = (input: unknown) => {
    run.mockClear();
    return outcome(router.createCaller(contextOf("alice")).anything(input));
  };

  const form = (name: string, value: string) => {
    const data = new FormData();
    data.append(name, value);
    return data;
  };
  const fields = () => [].values();
  const cyclic: Record<string, unknown> = { where: { userId: "bob" } };
  cyclic.self = cyclic;

  it.each<[string, unknown]>([
    ["at the top", { userId: "bob" }],
    ["in a list", [{ userId: "bob" }]],
    ["in a list after the user's own", [{ userId: "alice" }, { userId: "bob" }]],
    ["below another field", { where: { userId: "bob" } }],
    ["deep below", { a: [{ b: { c: [[{ userId: "bob" }]] } }] }],
    ["below itself", { userId: { userId: "alice" } }],
    ["as an operator", { where: { userId: { not: "alice" } } }],
    ["as a list", { userId: ["alice", "bob"] }],
    ["as null", { userId: null }],
    ["as undefined", { userId: undefined }],
    ["empty", { userId: "" }],
    ["by the second name", { tenantId: "bob" }],
    ["in a map", new Map([["where", new Map([["userId", "bob"]])]])],
    ["in a set", new Set([{ userId: "bob" }])],
    ["as the key of a map", new Map([[{ userId: "bob" }, 1]])],
    ["in a cycle", cyclic],
    ["in a form", form("userId", "bob")],
    ["in a form, nested by brackets", form("where[userId]", "bob")],
    ["in a form, nested by dots", form("where.userId", "bob")],
    ["inherited", Object.create({ userId: "bob" })],
    [
      "below a property that is not enumerable",
      new Error("of a transformer's", { cause: { userId: "bob" } }),
    ],
    ["as a property of a list", Object.assign([], { userId: "bob" })],
    ["in a list with holes", Object.assign([], { 4000000000: { userId: "bob" } })],
    ["in an object that only resembles a form", { getAll: fields, [Symbol.iterator]: fields, userId: "bob" }],
    ["spelled with an underscore", { user_id: "alice" }],
    ["spelled in lower case", { userid: "alice" }],
    ["spelled with a dash", { "user-id": "alice" }],
    ["spelled differently, deep below", { where: [{ USER_ID: "alice" }] }],
    ["spelled differently in a form", form("user_id", "alice")],
    ["spelled differently in a map", new Map([["UserId", "alice"]])],
  ])("is rejected %s, before the procedure runs", async (_name, input) => {
    expect(await ask(input)).toBe("owner_mismatch");
    expect(run).not.toHaveBeenCalled();
  });

  it.each<[string, unknown]>([
    ["the user's own id, at any depth", { userId: "alice", where: [{ userId: "alice", tenantId: "alice" }] }],
    ["the user's own id in a form", form("userId", "alice")],
    ["other names", { id: "bob", users: ["bob"], userIds: 1, note: "userId" }],
    ["a string", "userId"],
    ["nothing", undefined],
    ["bytes", new Uint8Array(1_000_000)],
    ["a date", new Date(0)],
    // Transformers such as devalue's create one from a few bytes.
    ["a list of holes", Object.assign([], { length: 4_000_000_000 })],
  ])("accepts %s", async (_name, input) => {
    expect(await ask(input)).toBe("ran");
  });

  it.each<[string, (name: string) => unknown]>([
    ["in a form", (name) => form(name, "bob")],
    ["in a form, nested by brackets", (name) => form(`where[${name}]`, "bob")],
    ["as a property of a list", (name) => Object.assign([], { [name]: "bob" })],
    ["below a property of a list", (name) => Object.assign([], { where: { [name]: "bob" } })],
  ])("is rejected %s if its name has digits", async (_name, inputOf) => {
    for (const ownerParam of ["userId2", "2ndUserId"]) {
      const numbered = usher({ verifier, ownerParam });
      const procedure = numbered.protect(t.procedure).input(z.unknown()).mutation(run);
      const call = t.router({ procedure }).createCaller(contextOf("alice")).procedure(inputOf(ownerParam));
      expect(await outcome(call)).toBe("owner_mismatch");
    }
  });

  it("is rejected with a hint that names the owner field", async () => {
    const call = router.createCaller(contextOf("alice")).anything({ user_id: "alice" });
    await expect(call).rejects.toMatchObject({
      cause: { hint: expect.stringContaining('ownerParam is "userId" and it is spelt differently') },
    });
  });

  it("is found below nesting that would exhaust the stack", async () => {
    let input: unknown = { userId: "bob" };
    for (let depth = 0; depth < 200_000; depth++) input = [input];
    expect(await ask(input)).toBe("owner_mismatch");
  });
});

describe("trpc adapter: the procedure's input", () => {
  const seen: unknown[] = [];
  const record = ({ input }: { input: unknown }) => void seen.push(input);
  const toBob = (input: unknown) => ({ ...(input as object), userId: "bob" });
  const router = t.router({
    transformed: protectedProcedure
      .input(z.object({ userId: z.string().transform(() => "bob") }))
      .query(record),
    preprocessed: protectedProcedure
      .input(z.preprocess(toBob, z.object({ userId: z.string() })))
      .query(record),
    defaulted: protectedProcedure.input(z.object({ userId: z.string().default("bob") })).mutation(record),
    renamed: protectedProcedure
      .input(z.object({ user: z.string() }).transform(({ user }) => ({ userId: user })))
      .query(record),
    second: protectedProcedure
      .input(z.object({ a: z.string() }))
      .input(toBob)
      .query(record),
    first: protectedProcedure
      .input(z.object({ userId: z.string().transform(() => "bob") }))
      .input(z.object({ a: z.string() }).transform(() => ({ userId: "alice" })))
      .query(record),
    byMiddleware: protectedProcedure
      .use(({ next }) => next({ input: { userId: "bob" } } as never))
      .query(record),
    byRawInput: protectedProcedure
      .use(({ next }) => next({ getRawInput: async () => ({ userId: "bob" }) } as never))
      .query(record),
    seenByMiddleware: protectedProcedure
      .input(toBob)
      .use(({ input, next }) => {
        record({ input });
        return next();
      })
      .input(() => ({ userId: "alice" }))
      .query(() => "ran"),
    inputFirst: guard.protect(t.procedure.input(toBob)).query(record),
    impostor: protectedProcedure
      .use(({ next }) => next({ ctx: { principal: { id: "bob" } as never } }))
      .input(toBob)
      .query(record),
    stream: protectedProcedure.input(toBob).subscription(async function* ({ input }) {
      record({ input });
      yield 1;
    }),
  });

  it.each(Object.keys(router._def.procedures))("is restricted to the owner: %s", async (name) => {
    seen.length = 0;
    const call = router.createCaller(contextOf("alice"))[name as "second"] as (
      input: unknown,
    ) => Promise<unknown>;
    const own =
      name === "renamed" ? { user: "bob" } : name === "defaulted" ? {} : { userId: "alice", a: "a" };
    expect(await outcome(call(own))).toBe("owner_mismatch");
    expect(seen).toEqual([]);
  });

  // `unstable_concat` is the earlier name of `concat`.
  it.each(["concat", "unstable_concat"])("is restricted to the owner in what %s joins", async (name) => {
    seen.length = 0;
    const other = t.procedure.input(toBob).use(({ input, next }) => {
      record({ input });
      return next();
    });
    const join = guard.protect(t.procedure)[name as "concat"];
    const joined = t.router({ joined: join(other).query(record) });
    const call = joined.createCaller(contextOf("alice")).joined as (input: unknown) => Promise<unknown>;
    expect(await outcome(call({ userId: "alice" }))).toBe("owner_mismatch");
    expect(seen).toEqual([]);
  });

  it("accepts the user's own id", async () => {
    const own = t.router({
      trimmed: protectedProcedure
        .input(z.object({ userId: z.string().trim() }))
        .query(({ input, ctx }) => [input.userId, ctx.principal.id]),
    });
    const call = (user: string, userId: string) =>
      outcome(own.createCaller(contextOf(user)).trimmed({ userId }));
    expect(await call("alice", "alice")).toEqual(["alice", "alice"]);
    // The input as sent is checked too.
    expect(await call("alice", " alice")).toBe("owner_mismatch");
    expect(await call(" alice", " alice")).toBe("owner_mismatch");
  });

  it("is checked in merged and nested routers", async () => {
    const merged = t.mergeRouters(
      t.router({ deep: router }),
      t.router({ open: t.procedure.query(() => "open") }),
    );
    const caller = merged.createCaller(contextOf("alice"));
    expect(await outcome(caller.deep.second({ a: "a" } as never))).toBe("owner_mismatch");
    expect(await caller.open()).toBe("open");
  });
});

describe("trpc adapter: protect", () => {
  it("only accepts procedure builders of tRPC 11", () => {
    for (const other of [undefined, null, {}, { use: () => {} }, t.middleware, guard]) {
      expect(() => guard.protect(other as never)).toThrow(ConfigurationError);
      expect(() => guard.protect(other as never)).toThrow("@trpc/server 11");
    }
  });

  it("throws if it is joined to another builder, which would skip the checks", () => {
    const join = () => t.procedure.concat(guard.protect(t.procedure) as never);
    expect(join).toThrow(ConfigurationError);
    expect(join).toThrow(
      "protect: concat other procedures to the protected one (`protectedProcedure.concat(other)`), not the other way round.",
    );
  });

  it("keeps a builder's other methods", async () => {
    const meta = initTRPC.context<UsherContext>().meta<{ name: string }>().create();
    const procedure = guard
      .protect(meta.procedure)
      .meta({ name: "x" })
      .output(z.string().toUpperCase())
      .query(() => "out");
    expect(procedure._def.meta).toEqual({ name: "x" });
    expect(await meta.router({ procedure }).createCaller(contextOf("alice")).procedure()).toBe("OUT");
  });

  it("can be combined with another guard's", async () => {
    const other = usher({ verifier, ownerParam: null });
    const both = t.router({
      both: guard
        .protect(other.protect(t.procedure))
        .input(z.unknown())
        .query(() => "in"),
    });
    const caller = both.createCaller(contextOf("alice"));
    expect(await caller.both({ userId: "alice" })).toBe("in");
    expect(await outcome(caller.both({ userId: "bob" }))).toBe("owner_mismatch");
  });

  it("throws if the context is not the guard's, or if policies come before it", async () => {
    const bare = t.router({
      x: protectedProcedure.query(() => "in"),
      y: t.procedure.use(guard.require(requireScopes("a")) as never).query(() => "in"),
    });
    expect(await outcome(bare.createCaller({} as never).x())).toContain("guard.createContext");
    expect(await outcome(bare.createCaller(contextOf("alice")).y())).toContain(
      "is not protected by this guard's protect(...)",
    );
  });

  it("does not read the input of a procedure that needs none, if there is no owner parameter", async () => {
    const other = usher({ verifier, ownerParam: null });
    const router = t.router({ run: other.protect(t.procedure).mutation(() => "ran") });
    const headers = {
      authorization: `Bearer ${issuer.tokenFor("alice")}`,
      "content-type": "application/json",
    };
    const req = new Request("http://localhost/run", { method: "POST", body: "{not json", headers });
    const { createContext } = other;
    const response = await fetchRequestHandler({ endpoint: "", req, router, createContext });
    expect(response.status).toBe(200);
  });

  it("throws without policies", () => {
    expect(() => guard.require()).toThrow("require: pass at least one policy.");
    expect(() => guard.require("a" as never)).toThrow(ConfigurationError);
    expect(() => guard.require("a" as never)).toThrow("require: policies must be a list");
  });
});
