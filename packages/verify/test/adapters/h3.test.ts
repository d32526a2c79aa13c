import { defineHandler, getRouterParam, H3, type H3Event, HTTPError, handleCors } from "h3";
import { describe, expect, it } from "vitest";
import { interceptInnerRoutes } from "../../src/adapters/h3/inner-routes.ts";
import { type UsherOptions, usher } from "../../src/adapters/h3.ts";
import { ConfigurationError, type Principal, requireClaim, type TokenClaims } from "../../src/index.ts";
import { createBench, failingVerifiers, waitingVerifier } from "../support.ts";

const { issuer, verifier } = createBench();
const as = (user: string) => ({ headers: { authorization: `Bearer ${issuer.tokenFor(user)}` } });
const origin = "https://app.example.com";

function build(options: Partial<UsherOptions> = {}): H3 {
  return new H3().use(usher({ verifier, ownerParam: "userId", ...options }));
}

async function codeOf(answer: Response | Promise<Response>): Promise<[number, string | undefined]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { code?: string }).code];
}

/** What the handler gets with each of h3's functions for reading a parameter. */
function readings(event: H3Event): object {
  const decoded = getRouterParam(event, "userId", { decode: true });
  return { plain: getRouterParam(event, "userId"), context: event.context.params?.userId, decoded };
}

describe("h3 adapter", () => {
  it("passes the handler the same owner parameter, however it is read", async () => {
    const app = build().get("/users/:userId", readings);
    for (const [id, path] of [
      ["alice", "%61lice"],
      ["a b", "a%20b"],
      ["josé", "jos%C3%A9"],
      // h3 does not decode these in either reading.
      ["a%2Fb", "a%2Fb"],
    ] as const) {
      const response = await app.request(`/users/${path}`, as(id));
      expect(await response.json()).toEqual({ plain: id, context: id, decoded: id });
    }
  });

  it("rejects a path that would name another user if it were decoded twice", async () => {
    const app = build().get("/users/:userId", readings);
    for (const id of ["a%20b", "a b"]) {
      expect(await codeOf(app.request("/users/a%2520b", as(id)))).toEqual([403, "owner_mismatch"]);
    }
    expect(await codeOf(app.request("/users/a%20b", as("a%20b")))).toEqual([403, "owner_mismatch"]);
  });

  it("rejects an escape that is not valid UTF-8, even if h3 allows it", async () => {
    const app = new H3({ allowMalformedURL: true }).use(usher({ verifier, ownerParam: "userId" }));
    app.get("/users/:userId", readings);
    for (const id of ["%ff", "\ufffd"])
      expect(await codeOf(app.request("/users/%ff", as(id)))).toEqual([403, "owner_mismatch"]);
  });

  it("does not change other parameters", async () => {
    const app = build().get("/users/:userId/files/:name", (event) => event.context.params);
    const response = await app.request("/users/alice/files/a%20b", as("alice"));
    expect(await response.json()).toEqual({ userId: "alice", name: "a%20b" });
  });

  it.each([
    ["/optional{/:userId}?", "/optional/bob"],
    ["/marked/:userId?", "/marked/bob"],
    ["/repeated/:userId+", "/repeated/bob"],
    ["/wild/**:userId", "/wild/bob"],
    ["/suffix/:userId.json", "/suffix/bob.json"],
    ["/digits/:userId([a-z]+)", "/digits/bob"],
  ])("finds the owner parameter in %s", async (route, path) => {
    const app = build().get(route, readings);
    expect(await codeOf(app.request(path, as("alice")))).toEqual([403, "owner_mismatch"]);
    expect((await app.request(path, as("bob"))).status).toBe(200);
  });

  it("rejects a path without its optional owner", async () => {
    const app = build().get("/optional{/:userId}?", readings);
    expect(await codeOf(app.request("/optional", as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("rejects an owner parameter with another spelling", async () => {
    const hints: unknown[] = [];
    const app = build({ onReject: ({ error }) => hints.push(error.hint) }).get("/users/:user_id", readings);
    expect(await codeOf(app.request("/users/alice", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(hints).toEqual([expect.stringContaining('"user_id" is not checked against the owner')]);
  });

  it("guards routes that were there before it, and those of a mounted app", async () => {
    const app = new H3().get("/early/:userId", readings).use(usher({ verifier, ownerParam: "userId" }));
    app.mount("/below/:userId", new H3().get("/tasks", readings));
    for (const path of ["/early/bob", "/below/bob/tasks"]) {
      expect(await codeOf(app.request(path))).toEqual([401, "credentials_missing"]);
      expect(await codeOf(app.request(path, as("alice")))).toEqual([403, "owner_mismatch"]);
      expect((await app.request(path, as("bob"))).status).toBe(200);
    }
  });

  it("makes a route public for `true` only", async () => {
    const app = build();
    for (const value of ["true", 1, {}]) {
      app.get(`/${typeof value}`, () => "in", { meta: { public: value as never } });
      expect((await app.request(`/${typeof value}`)).status).toBe(401);
    }
    app.get("/open", () => "in", { meta: { public: true } });
    expect((await app.request("/open")).status).toBe(200);
  });

  it("ignores `public` of a handler for a route with an owner parameter, however it is spelled", async () => {
    const handler = defineHandler({ meta: { public: true }, handler: () => "in" });
    const app = build()
      .get("/open", handler)
      .get("/open/:name", handler)
      .get("/users/:userId", handler)
      .get("/misspelt/:user_id", handler);
    const status = async (path: string) => (await app.request(path)).status;
    expect([await status("/open"), await status("/open/x")]).toEqual([200, 200]);
    expect([await status("/users/alice"), await status("/misspelt/alice")]).toEqual([401, 403]);
  });

  it("rejects a concealed path even where h3 continues after a 404", async () => {
    const app = build({ concealOwnerMismatch: true }).get("/users/:userId", () => "reached");
    expect(await codeOf(app.request("/users/bob", as("alice")))).toEqual([404, "not_found"]);
  });

  it("responds without a promise if no keys must be fetched", () => {
    const app = build().get("/me", () => "me");
    const protect = app["~middleware"][0];
    const event = { context: {}, req: new Request("http://localhost/me", as("alice")) } as unknown as H3Event;
    expect(protect?.(event, () => "next")).toBe("next");
    expect((event.context.principal satisfies Principal<TokenClaims>).id).toBe("alice");
  });

  it("waits for keys that must be fetched first", async () => {
    const app = build({ verifier: waitingVerifier(verifier) }).get(
      "/users/:userId",
      (event) => event.context.principal,
    );
    expect(await (await app.request("/users/alice", as("alice"))).json()).toMatchObject({ id: "alice" });
    expect(await codeOf(app.request("/users/bob", as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const errors: unknown[] = [];
      const app = new H3({
        onError: ({ cause }) => void errors.push((cause as Error).message),
        silent: true,
      });
      app.use(usher({ verifier: failing, ownerParam: "userId", onReject: () => errors.push("refused") }));
      app.get("/me", () => "me");
      expect((await app.request("/me", as("alice"))).status).toBe(500);
      expect(errors).toEqual(["the verifier's"]);
    }
  });

  it("lets CORS before it answer preflights", async () => {
    const app = new H3().use((event) => {
      const answered = handleCors(event, { origin: [origin], methods: "*" });
      return answered === false ? undefined : answered;
    });
    app.use(usher({ verifier, ownerParam: "userId" })).get("/me", () => "me");
    const headers = { origin, "access-control-request-method": "GET" };
    expect((await app.request("/me", { method: "OPTIONS", headers })).status).toBe(204);
    const refused = await app.request("/me", { headers: { origin } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
  });

  it("rejects invalid options", () => {
    expect(() => usher({ verifier, ownerParam: "" })).toThrow(ConfigurationError);
  });
});

describe("h3 adapter: a second app as a handler", () => {
  it("is checked by each guard around it", async () => {
    const innermost = new H3().get("/a/b/:tenantId/:userId", () => "reached");
    const inner = new H3().use(usher({ verifier, ownerParam: "userId" })).all("/a/b/**", innermost);
    const app = new H3().use(usher({ verifier, ownerParam: "tenantId" })).all("/a/**", inner);
    expect(await codeOf(app.request("/a/b/bob/alice", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(await codeOf(app.request("/a/b/alice/bob", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(await (await app.request("/a/b/alice/alice", as("alice"))).text()).toBe("reached");
  });

  it("gets owner parameters decoded, and its handlers the route that matched", async () => {
    const inner = new H3().get("/a/:userId", (event) => ({
      ...readings(event),
      route: event.context.matchedRoute?.route,
      isListed: Object.keys(event.context).includes("matchedRoute"),
    }));
    const app = build().all("/a/**", inner);
    expect(await (await app.request("/a/a%20b", as("a b"))).json()).toEqual({
      plain: "a b",
      context: "a b",
      decoded: "a b",
      route: "/a/:userId",
      isListed: true,
    });
    expect(await codeOf(app.request("/a/%62ob", as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("is checked for each route that it finds, and not if it finds none", () => {
    const checked: unknown[] = [];
    const event = { context: {} } as unknown as H3Event;
    const run = () => {
      event.context.matchedRoute = undefined as never;
      event.context.matchedRoute = { handler: () => "x" } as never;
      return "ran";
    };
    expect(interceptInnerRoutes(event, (route) => checked.push(route), run)).toBe("ran");
    expect(checked).toEqual([event.context.matchedRoute]);
  });

  it("is checked behind a route without a wildcard too", async () => {
    const inner = new H3()
      .get("/a/:userId/tasks", () => "reached")
      .get("/b", () => "reached", {
        meta: { policies: [requireClaim(({ role }) => role === "admin", "role admin")] },
      });
    const app = build().all("/a/:id/tasks", inner).all("/b", inner);
    expect(await codeOf(app.request("/a/bob/tasks", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(await (await app.request("/a/alice/tasks", as("alice"))).text()).toBe("reached");
    expect(await codeOf(app.request("/b", as("alice")))).toEqual([403, "scope_insufficient"]);
  });

  it("is not checked behind a function on a closed route without a wildcard, as the guide says", async () => {
    const policies = [requireClaim(({ role }) => role === "admin", "role admin")];
    const inner = new H3().get("/b", () => "reached", { meta: { policies } });
    const app = build().all("/b", (event) => inner.handler(event));
    expect((await app.request("/b")).status).toBe(401);
    expect(await (await app.request("/b", as("alice"))).text()).toBe("reached");
  });

  it("has public routes, and leaves its errors to h3", async () => {
    const inner = new H3()
      .get("/a/:userId", () => "public", { meta: { public: true } })
      .get("/a/fails/:name", () => {
        throw new HTTPError({ status: 418 });
      });
    const app = build().all("/a/**", inner);
    expect((await app.request("/a/bob")).status).toBe(401);
    expect(await (await app.request("/a/bob", as("alice"))).text()).toBe("public");
    expect((await app.request("/a/fails/now", as("alice"))).status).toBe(418);
    expect((await app.request("/a/no/such/route", as("alice"))).status).toBe(404);
  });
});
