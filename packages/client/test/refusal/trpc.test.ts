import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  TRPCClientError,
} from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, requireScopes, sharedSecret } from "@usher-auth/verify";
import { type UsherContext, usher } from "@usher-auth/verify/trpc";
import { describe, expect, test } from "vitest";
import { readProblem } from "../../src/index.ts";
import { listen } from "../support/better-auth.ts";
import { clientOf } from "../support/client.ts";

const issuer = createTestIssuer();
/** As superjson does it. */
const wrapping = {
  serialize: (value: unknown) => ({ json: value, meta: {} }),
  deserialize: (value: unknown) => (value as { json: unknown }).json,
};

function routerWith(transformer?: typeof wrapping) {
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
  });
  const guard = usher({ verifier, ownerParam: null });
  const create = initTRPC.context<UsherContext>().create;
  const errorFormatter = guard.formatError;
  const t = create({ errorFormatter, ...(transformer && { transformer }) } as {
    errorFormatter: typeof errorFormatter;
  });
  const guarded = guard.protect(t.procedure);
  let added = 0;
  const router = t.router({
    me: guarded.query(({ ctx }) => ctx.principal.id),
    add: guarded.mutation(() => ++added),
    close: guarded.use(guard.require(requireScopes("close"))).mutation(() => "closed"),
    health: t.procedure.mutation(() => "well"),
  });
  return { router, guard };
}

type Router = ReturnType<typeof routerWith>["router"];

/** A tRPC API and a client whose first token was revoked: its key has changed. */
async function start(transformer?: typeof wrapping) {
  const { router, guard } = routerWith(transformer);
  const { createContext, responseMeta } = guard;
  const handler = createHTTPHandler({ router, createContext, responseMeta });
  const statuses: number[] = [];
  const url = await listen((request, response) => {
    response.once("finish", () => statuses.push(response.statusCode));
    handler(request, response);
  });
  let fetched = 0;
  const api = clientOf({
    baseURL: url,
    getToken: () => issuer.tokenFor("ada", { wrongSecret: ++fetched === 1 }),
  });
  const options = { url, fetch: api, ...(transformer && { transformer }) } as { url: string };
  const trpc = (link: typeof httpLink | typeof httpBatchLink | typeof httpBatchStreamLink) =>
    createTRPCClient<Router>({ links: [link(options)] });
  return { api, trpc, statuses, tokens: () => fetched };
}

describe.each([
  ["plain", undefined],
  ["transformed", wrapping],
])("a %s tRPC error", (_name, transformer) => {
  test("of a single call is resolved by a new token", async () => {
    const { trpc, statuses, tokens } = await start(transformer);
    expect(await trpc(httpLink).me.query()).toBe("ada");
    expect(await trpc(httpLink).add.mutate()).toBe(1);
    expect([statuses, tokens()]).toEqual([[401, 200, 200], 2]);
  });

  test("of a batch that is refused as a whole is resolved by a new token", async () => {
    const { trpc, statuses } = await start(transformer);
    const { me, add } = trpc(httpBatchLink);
    expect(await Promise.all([me.query(), me.query()])).toEqual(["ada", "ada"]);
    expect(await Promise.all([add.mutate(), add.mutate()])).toEqual([1, 2]);
    expect(statuses).toEqual([401, 200, 200]);
  });

  test("in a batch of which a part was executed (207) repeats nothing; the next call has a new token", async () => {
    const { trpc, statuses, tokens } = await start(transformer);
    const { health, add } = trpc(httpBatchLink);
    const [done, refused] = await Promise.allSettled([health.mutate(), add.mutate()]);
    expect(done).toMatchObject({ status: "fulfilled", value: "well" });
    expect(refused).toMatchObject({ status: "rejected", reason: expect.any(TRPCClientError) });
    expect(await add.mutate()).toBe(1);
    expect([statuses, tokens()]).toEqual([[207, 200], 2]);
  });

  test("is read by readProblem", async () => {
    const { api } = await start(transformer);
    const response = await api("close", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const text = await response.clone().text();
    expect(await readProblem(response)).toMatchObject({
      status: 403,
      code: "scope_insufficient",
      scopes: ["close"],
    });
    expect(await response.text()).toBe(text);
  });
});

test("a batch stream has status 200: its refusals reach the caller, and nothing is repeated", async () => {
  const { trpc, statuses } = await start();
  await expect(trpc(httpBatchStreamLink).me.query()).rejects.toMatchObject({
    data: { problem: { code: "signature_invalid" } },
  });
  expect(statuses).toEqual([200]);
});

test("a batch with different errors of status 401 is not repeated", async () => {
  const parts = [{ error: { data: { problem: { code: "token_expired" } } } }, { error: { data: {} } }];
  let requests = 0;
  const url = await listen((_request, response) => {
    requests += 1;
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(parts));
  });
  const api = clientOf({ baseURL: url, getToken: () => issuer.tokenFor("ada") });
  expect((await api("add,pay?batch=1", { method: "POST" })).status).toBe(401);
  expect(requests).toBe(1);
});
