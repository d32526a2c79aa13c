import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Access, usher } from "../../src/adapters/fetch.ts";
import { combinedAuthorization } from "../../src/http/authorization.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const guard = usher({ verifier, ownerParam: "userId" });

function asAlice(path: string): Request {
  return new Request(`https://api.example.com${path}`, {
    headers: { authorization: `Bearer ${issuer.tokenFor("alice")}` },
  });
}

describe("fetch adapter", () => {
  it("responds synchronously if the handler does", () => {
    const handler = guard.protect({ path: "/me" }, (_request, { principal }) => Response.json(principal));
    expect(handler(asAlice("/me"))).toBeInstanceOf(Response);
    expect(handler(new Request("https://api.example.com/me"))).toMatchObject({ status: 401 });
  });

  it("passes the matched pattern, its parameters and the server's other arguments to the handler", async () => {
    const handler = guard.protect(
      { path: ["/api/:userId/tasks/:taskId", "/me"] },
      (request: Request, access, env: { name: string }) => {
        if (access.path === "/me") {
          expectTypeOf(access.params).toEqualTypeOf<Readonly<Record<never, string>>>();
          return Response.json({ path: access.path });
        }
        expectTypeOf(access.params).toEqualTypeOf<{ readonly userId: string; readonly taskId: string }>();
        return Response.json({ ...access.params, url: request.url, env: env.name });
      },
    );
    expectTypeOf(handler).parameters.toEqualTypeOf<[Request, { name: string }]>();
    const response = await handler(asAlice("/api/%61lice/tasks/a%20b"), { name: "workers" });
    expect(await response.json()).toEqual({
      userId: "alice",
      taskId: "a b",
      url: "https://api.example.com/api/%61lice/tasks/a%20b",
      env: "workers",
    });
  });

  it("answers 404 to a path that matches no pattern, even with a token", async () => {
    const run = vi.fn(() => new Response("x"));
    const handler = guard.protect({ path: "/me" }, run);
    const response = await handler(asAlice("/api/bob/tasks"));
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, "not_found"]);
    expect(run).not.toHaveBeenCalled();
  });

  it.each([
    ["an object", (params: object) => params],
    ["a promise", (params: object) => Promise.resolve(params)],
    // A thenable of another realm is not an instance of this realm's Promise.
    // biome-ignore lint/suspicious/noThenProperty: that is what is under test.
    ["any thenable", (params: object) => ({ then: (resolve: (value: object) => void) => resolve(params) })],
  ])("checks the owner in a framework's parameters, given as %s", async (_kind, wrap) => {
    const params = (_request: Request, context: { params: unknown }) => context.params as { userId: string };
    const handler = guard.protect({ params }, (_request, access) => {
      expectTypeOf(access).toEqualTypeOf<Access<{ userId: string }>>();
      return Response.json(access.params);
    });
    const ask = async (userId: string) => handler(asAlice("/whatever"), { params: wrap({ userId }) });
    expect(await (await ask("alice")).json()).toEqual({ userId: "alice" });
    expect((await ask("bob")).status).toBe(403);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    const onReject = vi.fn();
    const [atOnce, later] = failingVerifiers(verifier).map((failing) =>
      usher({ verifier: failing, ownerParam: "userId", onReject }).protect(
        { path: "/me" },
        () => new Response("in"),
      ),
    );
    expect(() => atOnce?.(asAlice("/me"))).toThrow("the verifier's");
    await expect(later?.(asAlice("/me"))).rejects.toThrow("the verifier's");
    expect(onReject).not.toHaveBeenCalled();
  });

  it("accepts a framework that passes no parameters, without a promise", () => {
    for (const found of [undefined, null, {}]) {
      const handler = guard.protect({ params: () => found as object }, (_request, { params }) =>
        Response.json(params),
      );
      expect(handler(asAlice("/"))).toMatchObject({ status: 200 });
    }
  });

  it.each([
    ["a Map", new Map([["userId", "bob"]])],
    ["URLSearchParams", new URLSearchParams({ userId: "bob" })],
    ["a list", ["bob"]],
  ])("runs no handler if params returns %s, whose owner could not be checked", async (_case, params) => {
    const handler = vi.fn(() => new Response());
    const now = guard.protect({ params: () => params }, handler);
    expect(() => now(asAlice("/"))).toThrow("params must return an object");
    const later = guard.protect({ params: async () => params }, handler);
    await expect(later(asAlice("/"))).rejects.toThrow("params must return an object");
    expect(handler).not.toHaveBeenCalled();
  });

  it("adds no optional parameter that is no owner's", () => {
    const seen: unknown[] = [];
    const handler = guard.protect({ params: () => ({}), optional: ["slug"] }, (_request, { params }) => {
      seen.push(Object.keys(params));
      return new Response("in");
    });
    expect(handler(asAlice("/"))).toMatchObject({ status: 200 });
    expect(seen).toEqual([[]]);
  });

  it("reads a path from a host that passes no full URL, and answers 404 to one that is not valid", async () => {
    const handler = guard.protect({ path: "/api/:userId/tasks" }, () => new Response("in"));
    const status = async (url: string, { headers }: { headers: Headers }) =>
      (await handler({ url, headers, method: "GET" } as Request)).status;
    expect(await status("/api/alice/tasks?x=/", asAlice("/"))).toBe(200);
    expect(await status("/api/bob/tasks", asAlice("/"))).toBe(403);
    expect(await status("api/alice/tasks/", asAlice("/"))).toBe(404);
    expect(await status("api/alice/tasks/", { headers: new Headers() })).toBe(401);
  });

  it("rejects a parameter that is inherited", async () => {
    const inherited = Object.create({ userId: "alice" }) as { userId: string };
    const handler = guard.protect({ params: () => inherited }, () => new Response("x"));
    expect((await handler(asAlice("/"))).status).toBe(403);
  });

  it.each([
    ["neither path nor params", {}, "path: give a pattern"],
    ["both", { path: "/x", params: () => ({}) }, "protect: set either path (a pattern) or params"],
    [
      "params that are not a function",
      { params: { userId: "alice" } },
      "protect: set either path (a pattern) or params",
    ],
    ["an invalid pattern", { path: "x" }, 'path: "x" is not a valid pattern'],
    [
      "another spelling of the owner parameter",
      { path: "/x/:user_id" },
      '"user_id" is not checked against the owner',
    ],
    [
      "optional parameters that are not a list",
      { params: () => ({}), optional: "userId" },
      'protect: optional must be a list of names, such as ["userId"].',
    ],
    [
      "optional parameters without a name",
      { params: () => ({}), optional: ["userId", ""] },
      'protect: optional must be a list of names, such as ["userId"].',
    ],
    ["an invalid policy", { path: "/x", policies: ["x"] }, "/x: policies must be"],
    [
      "an invalid policy on a framework's route",
      { params: () => ({}), policies: ["x"] },
      "protect: policies must be",
    ],
  ])("throws for %s", (_case, route, message) => {
    expect(() => guard.protect(route as never, () => new Response())).toThrow(ConfigurationError);
    expect(() => guard.protect(route as never, () => new Response())).toThrow(message);
  });

  it("types the claims of a policy from the verifier", () => {
    // @ts-expect-error a string is not a policy
    expect(() => guard.protect({ path: "/x", policies: ["x"] }, () => new Response())).toThrow(
      ConfigurationError,
    );
    guard.protect({ path: "/x", policies: [requireScopes("a")] }, () => new Response());
  });
});

describe("several Authorization fields in one value", () => {
  it.each([
    ["Bearer a.b.c", 1],
    ['Digest username="a", realm="b", nonce="c"', 1],
    ["Digest username = a, realm =b", 1],
    ["Bearer a.b.c,", 1],
    ["Bearer a.b.c, Bearer d.e.f", 2],
    ["Bearer a.b.c, bearer", 2],
    ["Basic YWJj, Bearer a.b.c", 2],
    ["Basic YWJj, Bearer  \t a.b.c", 2],
    ['Digest username="a", realm="b", Bearer a.b.c', 2],
    ["Bearer a,Bearer b,Bearer c", 3],
  ])("%s: %i", (authorization, count) => {
    expect([combinedAuthorization(new Headers({ authorization }))].flat()).toHaveLength(count);
  });

  it("none", () => {
    expect(combinedAuthorization(new Headers())).toBeUndefined();
  });
});
