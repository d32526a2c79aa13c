import { expect, test, vi } from "vitest";
import { apiProxy } from "../../src/server.ts";
import { readSubject } from "../../src/token/token-claims.ts";
import { startBetterAuth } from "../support/better-auth.ts";
import { fromPage, outcome } from "./support.ts";

/** Better Auth, and the proxy in front of an API that answers with the user's id. */
async function start(options: Parameters<typeof startBetterAuth>[0] = {}) {
  const better = await startBetterAuth(options);
  const proxy = apiProxy({
    auth: better.auth,
    baseURL: "https://api.example.com",
    onError: () => undefined,
    fetch: async ({ headers }) =>
      Response.json({ sub: readSubject(headers.get("authorization")?.slice(7) ?? "") }),
  });
  const call = (headers: Record<string, string>) => proxy(fromPage("/backend/me", {}, headers));
  return { ...better, call };
}

test("the session cookie decides who the user is, and a page's Authorization does not", async () => {
  const { signUp, call, auth } = await start();
  const anna = await signUp("anna");
  const bert = await signUp("bert");
  const session = await auth.api.getSession({ headers: new Headers({ cookie: anna }) });
  const response = await call({ cookie: anna, authorization: `Bearer ${bert}` });
  expect(await response.json()).toEqual({ sub: session?.user.id });
  expect((await call({ cookie: anna, "usher-expected-user": session?.user.id ?? "" })).status).toBe(200);
  expect(await outcome(await call({ cookie: bert, "usher-expected-user": session?.user.id ?? "" }))).toBe(
    "409 user_changed",
  );
});

test("without a session, with a forged one and after sign-out, the user is signed out", async () => {
  const { signUp, call, auth } = await start();
  const cookie = await signUp("anna");
  expect(await outcome(await call({ cookie: "" }))).toBe("401 signed_out");
  expect(await outcome(await call({ cookie: `${cookie}x` }))).toBe("401 signed_out");
  await auth.api.signOut({ headers: new Headers({ cookie }) });
  expect(await outcome(await call({ cookie }))).toBe("401 signed_out");
});

test("a database that fails is a 503, and not a sign-out", async () => {
  const { signUp, call, database } = await start();
  const cookie = await signUp("anna");
  database.close();
  const response = await call({ cookie });
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await outcome(response)).toBe("503 token_unavailable");
});

test("a session that Better Auth extends is extended in the browser too", async () => {
  const { signUp, call, database } = await start();
  const cookie = await signUp("anna");
  expect((await call({ cookie })).headers.getSetCookie()).toEqual([]);

  const soon = new Date(Date.now() + 86_400_000).toISOString();
  database.prepare("update session set expiresAt = ?").run(soon);
  const response = await call({ cookie });
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/session_token=.*Max-Age=604800/)]);
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test.each([
  ["a rate limit", () => new Response("", { status: 429, headers: { "retry-after": "7" } }), "503", "7"],
  ["an error", () => new Response("", { status: 500 }), "503", "1"],
  ["HTML", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "503", "1"],
  ["a 401", () => Response.json(null, { status: 401 }), "401", null],
] as const)("a Better Auth elsewhere that answers with %s", async (_title, answer, status, retryAfter) => {
  const { createAuthClient } = await import("better-auth/client");
  const { jwtClient } = await import("better-auth/client/plugins");
  const asked = vi.fn(async (_url: unknown, init?: { headers?: unknown }) => {
    const headers = new Headers(init?.headers as Record<string, string>);
    expect([headers.get("cookie"), headers.get("authorization")]).toEqual(["session=1", null]);
    // The token is refused; Better Auth says itself whether there is a session.
    return answer();
  });
  const auth = createAuthClient({
    baseURL: "https://auth.example.com",
    plugins: [jwtClient()],
    fetchOptions: { customFetchImpl: asked as unknown as typeof fetch, retry: 0 },
  });
  const proxy = apiProxy({ auth, baseURL: "https://api.example.com", onError: () => undefined });
  const response = await proxy(fromPage("/backend/me", {}, { authorization: "Bearer other" }));
  expect(response.headers.get("retry-after")).toBe(retryAfter);
  expect((await outcome(response)).slice(0, 3)).toBe(status);
  expect(asked).toHaveBeenCalled();
});
