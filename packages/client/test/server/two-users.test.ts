import { AsyncLocalStorage } from "node:async_hooks";
import { usherJwt } from "@usher-auth/issuer";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { fromNodeHeaders } from "better-auth/node";
import fastify from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { createApiClient } from "../../src/index.ts";
import { betterAuthToken, type ServerApiClient, serverApi } from "../../src/server.ts";
import { audience, delay, listen, secret, startBetterAuth } from "../support/better-auth.ts";

/** An API with a route for the user's own data. Every fifth request is refused once, with a code for a retry. */
async function startApi(issuer: string): Promise<string> {
  const app = fastify();
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
  await app.register(usher, { verifier, ownerParam: "userId" });
  let requests = 0;
  app.addHook("onRequest", async (_request, reply) => {
    requests += 1;
    await delay(requests);
    if (requests % 5 > 0) return;
    reply.code(401).type("application/problem+json");
    return reply.send({ status: 401, code: "token_revoked", title: "Revoked" });
  });
  app.get("/me", async ({ principal }) => principal);
  app.get("/users/:userId/tasks", async ({ params, principal }) => ({ params, of: principal?.claims.email }));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  return url;
}

type Render = (headers: Headers) => Promise<Response>;

/** Better Auth, the cookies of its users Anna and Bert, and the API. */
async function start() {
  const { auth, signUp, serve } = await startBetterAuth({ secret, plugins: [usherJwt({ audience })] });
  const api = await startApi("http://127.0.0.1");
  const users = { anna: await signUp("anna"), bert: await signUp("bert") };
  return { auth, authUrl: serve, api, users };
}

/** A page about its user: a request, and two that depend on it. */
async function page(fetchApi: ServerApiClient): Promise<Response> {
  // The API may refuse the new token too.
  const load = async (path: string): Promise<unknown> => {
    const response = await fetchApi(path);
    return response.status === 401 ? await load(path) : await response.json();
  };
  const me = (await load("/me")) as { id: string; claims: { email: string } };
  return Response.json([me, await Promise.all([load(`/users/${me.id}/tasks`), load("/me")])]);
}

/** Requests 200 pages of two users and of visitors, all at once. Returns the texts, by user. */
async function request200(render: Render, { anna, bert }: { anna: string; bert: string }) {
  const frontend = await listen((request, response) => {
    render(fromNodeHeaders(request.headers)).then(
      async (page) => response.writeHead(page.status).end(await page.text()),
      (error: unknown) => response.writeHead(500).end(String((error as { code?: string }).code ?? error)),
    );
  });
  const cookies = { anna, bert, visitor: "" };
  const names = ["anna", "bert", "anna", "bert", "visitor"] as const;
  const pages = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const name = names[index % names.length] ?? "visitor";
      await delay(index);
      const response = await fetch(frontend, { headers: { cookie: cookies[name], connection: "close" } });
      return { name, text: await response.text() };
    }),
  );
  return (name: keyof typeof cookies) => pages.filter((each) => each.name === name).map(({ text }) => text);
}

/** What nobody sees who is not this user, and everyone who is. */
function expectOwnPages(texts: (name: "anna" | "bert" | "visitor") => string[]): void {
  for (const [name, other] of [
    ["anna", "bert"],
    ["bert", "anna"],
  ] as const) {
    const ids = new Set(texts(name).map((text) => /"userId":"([^"]+)"/.exec(text)?.[1]));
    expect(ids.size, `pages of ${name} with one user`).toBe(1);
    expect(texts(name)).toHaveLength(80);
    for (const text of texts(name)) {
      expect(text).toContain(`"of":"${name}@example.com"`);
      expect(text).not.toContain(other);
      for (const id of new Set(texts(other).map((page) => /"userId":"([^"]+)"/.exec(page)?.[1])))
        expect(text).not.toContain(id);
    }
  }
  expect(new Set(texts("visitor"))).toEqual(new Set(["signed_out"]));
}

describe("200 pages of two users and of visitors, rendered in one process", () => {
  test("have nothing of each other, with Better Auth in that process", async () => {
    const { auth, api, users } = await start();
    const fetchApi = serverApi({ baseURL: api });
    expectOwnPages(await request200((headers) => page(fetchApi.for(betterAuthToken(auth, headers))), users));
  });

  test("have nothing of each other, with one client of a Better Auth elsewhere", async () => {
    const { authUrl, api, users } = await start();
    const authClient = createAuthClient({ baseURL: await authUrl(), plugins: [jwtClient()] });
    const fetchApi = serverApi({ baseURL: api });
    expectOwnPages(
      await request200((headers) => page(fetchApi.for(betterAuthToken(authClient, headers))), users),
    );
  });

  test("have nothing of each other, even if the fetch for one request is stored in a module", async () => {
    const { auth, api, users } = await start();
    const ambient = new AsyncLocalStorage<Headers>();
    // By mistake at module level. It finds out the current request, as with `headers()` of Next.js.
    const stored = serverApi({ baseURL: api }).for(async () => {
      const headers = ambient.getStore();
      return headers === undefined ? null : await betterAuthToken(auth, headers)();
    });
    expectOwnPages(await request200((headers) => ambient.run(headers, () => page(stored)), users));
  });

  test("fail with an error that names the server entry, with the client of the browser entry", async () => {
    const { auth, api, users } = await start();
    const ambient = new AsyncLocalStorage<Headers>();
    const shared = createApiClient({
      baseURL: api,
      getToken: async () => await betterAuthToken(auth, ambient.getStore() ?? new Headers())(),
    });
    const texts = await request200((headers) => ambient.run(headers, () => page(shared)), users);
    for (const name of ["anna", "bert", "visitor"] as const)
      expect(new Set(texts(name))).toEqual(new Set(["client_shared"]));
    await expect(shared("/me")).rejects.toThrow("serverApi of @usher-auth/client/server");
  });
});
