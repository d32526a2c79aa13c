import { initTRPC, lazy } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { expect, it, vi } from "vitest";
import { z } from "zod";
import { type UsherContext, usher } from "../../../src/adapters/trpc.ts";
import { requireScopes } from "../../../src/index.ts";
import { createBench } from "../../support.ts";

const { issuer, verifier } = createBench();
const guard = usher({ verifier, ownerParam: "userId" });
const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
const protectedProcedure = guard.protect(t.procedure);
const scopedProcedure = protectedProcedure.use(guard.require(requireScopes("tasks:write")));
const run = vi.fn((_options: unknown) => "ran");
const any = z.unknown();

/** Every way to write routers in tRPC's docs, with one kind of procedure. */
function waysOf(procedure: typeof protectedProcedure) {
  const leaf = t.router({ leaf: procedure.input(any).query(run) });
  const noting = t.middleware(({ next }) => next());
  return t.mergeRouters(
    t.router({
      plain: procedure.input(any).query(run),
      withOutput: procedure.input(any).output(z.string()).query(run),
      behindMiddleware: procedure.use(noting).input(any).query(run),
      piped: procedure.use(noting.unstable_pipe(noting)).input(any).query(run),
      joined: procedure.concat(t.procedure.use(noting)).input(any).query(run),
      withMeta: procedure.meta({}).input(any).query(run),
      nested: leaf,
      record: { leaf: procedure.input(any).query(run) },
      lazy: lazy(async () => ({ router: leaf })),
    }),
    t.router({ merged: procedure.input(any).query(run) }),
  );
}
const router = t.router({
  own: waysOf(protectedProcedure),
  scoped: waysOf(scopedProcedure as typeof protectedProcedure),
  open: t.router({ leaf: t.procedure.query(() => "open") }),
});
const leaves = ["plain", "withOutput", "behindMiddleware", "piped", "joined", "withMeta", "merged"];
const ways = [...leaves, "nested.leaf", "record.leaf", "lazy.leaf"];

/** The codes of a request's rejections, or what its procedures returned. */
async function ask(
  paths: readonly string[],
  input: unknown,
  claims?: Record<string, unknown>,
): Promise<unknown[]> {
  run.mockClear();
  const inputs = JSON.stringify(Object.fromEntries(paths.map((_path, index) => [index, input])));
  const url = `http://localhost/${paths.join(",")}?batch=1&input=${encodeURIComponent(inputs)}`;
  const headers: Record<string, string> = claims
    ? { authorization: `Bearer ${issuer.tokenFor("alice", { claims })}` }
    : {};
  const { createContext, responseMeta } = guard;
  const req = new Request(url, { headers });
  const response = await fetchRequestHandler({ endpoint: "", req, router, createContext, responseMeta });
  const answers = (await response.json()) as {
    error?: { data: { problem?: { code: string }; code: string } };
    result?: { data: unknown };
  }[];
  return answers.map(({ error, result }) => error?.data.problem?.code ?? error?.data.code ?? result?.data);
}

it.each(ways)("restricts the input to its owner: %s", async (way) => {
  expect(await ask([`own.${way}`], { userId: "alice" })).toEqual(["credentials_missing"]);
  for (const input of [
    { userId: "bob" },
    { where: { userId: "bob" } },
    { user_id: "alice" },
    { userId: null },
  ])
    expect(await ask([`own.${way}`], input, {})).toEqual(["owner_mismatch"]);
  expect(run).not.toHaveBeenCalled();
  expect(await ask([`own.${way}`], { userId: "alice" }, {})).toEqual(["ran"]);
});

it.each(ways)("checks policies: %s", async (way) => {
  expect(await ask([`scoped.${way}`], {})).toEqual(["credentials_missing"]);
  expect(await ask([`scoped.${way}`], {}, { scope: "tasks:read" })).toEqual(["scope_insufficient"]);
  expect(run).not.toHaveBeenCalled();
  expect(await ask([`scoped.${way}`], {}, { scope: "tasks:write" })).toEqual(["ran"]);
});

it("checks each call of a batch separately", async () => {
  const paths = ["open.leaf", "own.plain", "scoped.merged", "no.such"];
  expect(await ask(paths, { userId: "alice" })).toEqual([
    "open",
    "credentials_missing",
    "credentials_missing",
    "NOT_FOUND",
  ]);
  expect(await ask(paths, { userId: "bob" }, { scope: "tasks:write" })).toEqual([
    "open",
    "owner_mismatch",
    "owner_mismatch",
    "NOT_FOUND",
  ]);
  expect(run).not.toHaveBeenCalled();
  expect(await ask(paths, { userId: "alice" }, {})).toEqual([
    "open",
    "ran",
    "scope_insufficient",
    "NOT_FOUND",
  ]);
});
