import { createHmac, createPublicKey, type JsonWebKey } from "node:crypto";
import { tracingChannel } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";
import { usher as expressUsher } from "@usher-auth/verify/express";
import { usher as fastifyUsher } from "@usher-auth/verify/fastify";
import { usher as honoUsher } from "@usher-auth/verify/hono";
import { usher as trpcUsher, type UsherContext } from "@usher-auth/verify/trpc";
import express from "express";
import fastify from "fastify";
import { createApp } from "h3-v1";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestIssuer, expectGuarded, NotGuardedError, type TestIssuer } from "../../src/index.ts";

const issuer = createTestIssuer();
const ownerParam = "userId";

function verifierFor({ secret, issuer: iss, audience }: TestIssuer) {
  return createVerifier({ keys: sharedSecret(secret), issuer: iss, audience });
}

function honoApp(add: (app: Hono) => void, trusted = issuer): Hono {
  const app = honoUsher(new Hono(), { verifier: verifierFor(trusted), ownerParam, log: false });
  add(app as unknown as Hono);
  return app as unknown as Hono;
}

/** What was found. */
async function failureOf(...input: Parameters<typeof expectGuarded>): Promise<NotGuardedError> {
  const error: unknown = await expectGuarded(...input).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NotGuardedError);
  return error as NotGuardedError;
}

describe("the message", () => {
  it("says which route, what was sent, what came back and what to do", async () => {
    const app = honoApp((guarded) => {
      guarded.get("/api/:userId/tasks", (c) => c.json([]));
      guarded.get("/users/:uid", (c) => c.json({}));
    });
    const { message, name } = await failureOf(app, { issuer });
    expect(name).toBe("NotGuardedError");
    expect(message).toBe(`expectGuarded: 1 of 2 routes is not guarded as it must be (Hono app, 53 requests).

GET /users/:uid
  sent:      the valid token of another user than \`:uid\`
  came back: 200: the request was accepted
  do:        Name the parameter in the guard's \`ownerParam\`, which may be a list. If it says nothing about the owner, set \`ownerParams\`.`);
  });

  it("names everything that has the same reason once, and shortens a long list", async () => {
    const app = new Hono().get("/me", (c) => c.text("", 302));
    const { message, findings } = await failureOf(app, { issuer });
    expect(findings.length).toBeGreaterThan(15);
    expect(message.split("\n").length).toBeLessThan(20);
    expect(message).toMatch(/^ {13}and \d+ more$/m);
  });

  it("has no token, no secret and nothing of an answer", async () => {
    const app = new Hono().all("/echo", async (c) =>
      c.json({ sent: c.req.header(), url: c.req.url, text: await c.req.text() }, 500),
    );
    const error = await failureOf(app, { issuer });
    const text = `${error.stack}${JSON.stringify(error.findings)}`;
    expect(text).not.toMatch(/eyJ|localhost|not-a-jwt/);
    expect(text).not.toContain(issuer.secret);
  });
});

describe("apps that cannot be checked", () => {
  it.each([
    ["null", null],
    ["a text", "app"],
    ["an object without any of it", { use: () => undefined }],
  ])("says what an app must be: %s", async (_name, app) => {
    const checked = expectGuarded(app as object, { issuer });
    await expect(checked).rejects.toThrow(
      /^expectGuarded: the first argument must be an app of Fastify, .* pass a handler and its routes: expectGuarded\(/,
    );
    await expect(checked).rejects.toBeInstanceOf(TypeError);
  });

  it.each([
    ["a fetch handler", () => new Response()],
    ["a Worker", { fetch: () => new Response() }],
    ["a listener", (_request: unknown, _response: unknown) => undefined],
    ["a server", createServer()],
    ["a route module", { GET: () => new Response() }],
  ])("asks for the routes of %s", async (_name, app) => {
    await expect(expectGuarded(app, { issuer })).rejects.toThrow(
      'does not list its routes: name them, as in { issuer, routes: ["GET /api/:userId/tasks"] }.',
    );
  });

  it("says how to pass an app of h3 1 and a router of tRPC", async () => {
    await expect(expectGuarded(createApp(), { issuer })).rejects.toThrow(
      "expectGuarded(toNodeListener(app), ",
    );
    const router = initTRPC.create().router({});
    await expect(expectGuarded(router, { issuer })).rejects.toThrow("fetchRequestHandler({ endpoint:");
  });

  it("fails without a route, and where every route is public", async () => {
    expect((await failureOf(new Hono(), { issuer })).message).toContain("because the app lists no route");
    expect((await failureOf(express(), { issuer })).message).toContain("because the app lists no route");
    const app = new Hono().get("/health", (c) => c.text("ok"));
    const { message } = await failureOf(app, { issuer, public: ["GET /health"] });
    expect(message).toContain("because every route is listed in `public`");
    expect(message).toContain("the check proves nothing yet");
  });

  it("says once that no token of the issuer is accepted", async () => {
    const app = honoApp((guarded) => {
      guarded.get("/me", (c) => c.text(""));
      guarded.get("/tasks", (c) => c.text(""));
    }, createTestIssuer());
    const { findings } = await failureOf(app, { issuer });
    expect(findings).toEqual([
      expect.objectContaining({
        route: undefined,
        cameBack: "401 from every one",
        fix: expect.stringContaining("issuer"),
      }),
    ]);
  });

  it("says that a handler may be of another kind if every request fails", async () => {
    const routes = ["GET /me"];
    const asFetch = (request: Request, _environment: object) => new Response(request.headers.get("x"));
    expect((await failureOf(asFetch, { issuer, routes })).message).toContain("`{ fetch: handler }`");
    const asListener = (...[request, response]: [{ url: string }, { end(text: string): void }]) =>
      response.end(request.url);
    expect((await failureOf(asListener, { issuer, routes })).message).toContain("`createServer(listener)`");
  });
});

describe("options", () => {
  it.each([
    [{}, "issuer must be the test issuer"],
    [{ issuer, public: "GET /health" }, "public must be a list of routes"],
    [{ issuer, optional: [1] }, "optional must be a list of routes"],
    [{ issuer, routes: ["api"] }, 'routes: "api" must be a method and a path'],
    [{ issuer, users: ["alice", { id: "alice" }] }, "users must be two users with different ids"],
    [{ issuer, headers: { Authorization: "x" } }, "headers must not have Authorization"],
    [{ issuer, timeout: 0 }, "timeout must be a number of milliseconds"],
  ])("refuses %j", async (options, reason) => {
    const app = new Hono().get("/me", (c) => c.text(""));
    await expect(expectGuarded(app, options as never)).rejects.toThrow(`expectGuarded: ${reason}`);
  });

  it("does not ignore an entry that names nothing", async () => {
    const app = honoApp((guarded) => guarded.get("/api/:userId", (c) => c.text("")));
    const { findings } = await failureOf(app, {
      ...{ issuer, public: ["GET /helth"], optional: ["/x/*"], ownerParams: ["userId", "orgId"] },
    });
    expect(findings.map(({ sent }) => sent)).toEqual([
      'nothing to "GET /helth", which is in `public` or `optional`',
      'nothing to "/x/*", which is in `public` or `optional`',
      "nothing about `:orgId`, which is in `ownerParams`",
    ]);
  });

  it("leaves out public routes by method and path, by path, and below a path", async () => {
    const app = honoApp((guarded) => guarded.get("/me", (c) => c.text("")));
    const open = new Hono();
    open.get("/health", (c) => c.text(""));
    open.all("/any", (c) => c.text(""));
    open.get("/docs/a", (c) => c.text(""));
    open.get("/docs/b/c", (c) => c.text(""));
    open.route("/", app);
    const { routes } = await expectGuarded(open, { issuer, public: ["GET /health", "/any", "/docs/*"] });
    expect(routes).toEqual(["GET /me"]);
  });

  it("sends the headers, the values of parameters and the claims that are given", async () => {
    const app = new Hono().get("/teams/:teamId/items/:itemId", (c) => {
      const token = /^Bearer (.*)$/.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
      const { team, teams } = claimsOf(token, issuer) ?? {};
      if (team === undefined) return c.text("", 401, { "www-authenticate": "Bearer" });
      if (c.req.header("x-api-key") !== "k") return c.text("", 400);
      if (c.req.param("itemId") !== "item-7") return c.text("", 404);
      return c.text("", [teams].flat().includes(c.req.param("teamId")) ? 200 : 403);
    });
    const options = {
      ...{
        issuer,
        headers: { "X-Api-Key": "k" },
        params: { itemId: "item-7" },
        ownerParams: { teamId: "teams" },
      },
      users: [
        { id: "u1", claims: { team: 1, teams: ["red", "blue"] } },
        { id: "u2", claims: { team: 1, teams: ["green"] } },
      ],
    } as const;
    const { requests } = await expectGuarded(app, options);
    expect(requests).toBeGreaterThan(15);
  });

  it("gives both users a claim for each owner parameter", async () => {
    const verifier = verifierFor(issuer);
    const app = honoUsher(new Hono(), { verifier, ownerParam: { userId: "sub", orgId: "org" }, log: false });
    app.get("/orgs/:orgId/users/:userId", (c) => c.json(c.req.param()));
    expect((await expectGuarded(app, { issuer })).routes).toEqual(["GET /orgs/:orgId/users/:userId"]);
    const half = honoUsher(new Hono(), { verifier, ownerParam: "userId", log: false });
    half.get("/orgs/:orgId/users/:userId", (c) => c.json({}));
    const { findings } = await failureOf(half, { issuer });
    expect(findings.map(({ sent }) => sent)).toEqual([
      "the valid token of a user of another `org` than `:orgId`",
    ]);
  });
});

describe("what proves nothing", () => {
  it("reports a user who may not call a route", async () => {
    const app = honoApp((guarded) => guarded.get("/admin", (c) => c.text("", 403)));
    const { message } = await failureOf(app, { issuer });
    expect(message).toContain("Give the first of `users` the claims that the route requires");
  });

  it("reports a route that is not reached", async () => {
    const app = honoApp((guarded) => guarded.get("/years/:year{1[0-9]{3}}", (c) => c.text("")));
    const { message } = await failureOf(app, { issuer });
    expect(message).toContain("came back: 404, and the route's handler did not run");
    await expectGuarded(app, { issuer, params: { year: "1999" } });
  });

  it("reports a 404 that may be that of an unknown object", async () => {
    const handler = (request: Request) => {
      const claims = claimsOf(request.headers.get("authorization")?.slice(7) ?? "", issuer);
      return new Response(null, {
        status: claims === undefined ? 401 : 404,
        headers: { "www-authenticate": "Bearer" },
      });
    };
    const { message } = await failureOf(handler, { issuer, routes: ["GET /users/:userId"] });
    expect(message).toContain(
      "came back: 404, as to the owner: it cannot be seen whether the owner is compared",
    );
  });
});

describe("answers", () => {
  it("finds another user's data in a refusal", async () => {
    const app = new Hono();
    app.get("/users/:userId", (c) => {
      const claims = claimsOf(c.req.header("authorization")?.slice(7) ?? "", issuer);
      if (claims === undefined) return c.text("", 401, { "www-authenticate": "Bearer" });
      const user = { city: "Reykjavik, Iceland" };
      return claims.sub === c.req.param("userId") ? c.json(user) : c.json({ error: "forbidden", user }, 403);
    });
    const { findings } = await failureOf(app, { issuer });
    expect(findings[0]).toMatchObject({ cameBack: "403, with texts of the owner's own answer in its body" });
  });

  it("waits for no handler longer than the timeout, and for no stream", async () => {
    const app = honoApp((guarded) =>
      guarded.get(
        "/events",
        () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
      ),
    );
    await expectGuarded(app, { issuer });
    const hanging = (request: Request) =>
      request.headers.has("authorization")
        ? new Promise<Response>(() => undefined)
        : new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
    const { findings } = await failureOf(hanging, { issuer, routes: ["GET /me"], timeout: 20 });
    expect(findings.filter(({ cameBack }) => cameBack === "no answer").length).toBeGreaterThan(10);
  });

  it("reads the start of a stream over a socket", async () => {
    const app = express();
    app.use(expressUsher({ verifier: verifierFor(issuer), ownerParam, log: false }));
    app.get("/events", (_request, response) => {
      response.write("data: 1\n\n");
    });
    await expectGuarded(app, { issuer });
  });

  it("reports a connection that is closed, and goes on", async () => {
    const server = createServer((request, response) => {
      if (request.headers.authorization === "Bearer not-a-jwt") request.socket.destroy();
      else response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    });
    const { findings } = await failureOf(server, { issuer, routes: ["GET /me"], public: [] });
    expect(findings).toHaveLength(1);
    const guarded = createServer((request, response) => {
      const claims = claimsOf(request.headers.authorization?.slice(7) ?? "", issuer);
      if (request.headers.authorization === "Bearer not-a-jwt") request.socket.destroy();
      else response.writeHead(claims === undefined ? 401 : 200, { "www-authenticate": "Bearer" }).end();
    });
    const found = await failureOf(guarded, { issuer, routes: ["GET /me"] });
    expect(found.findings.map(({ sent, cameBack }) => [sent, cameBack])).toEqual([
      ["a bearer token that is not a JWT", "no answer"],
    ]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
    ["returns no Response", () => undefined],
  ])("counts a handler that %s as a 500", async (_name, broken) => {
    const handler = (request: Request) =>
      request.headers.get("authorization") === "Bearer a.b.c"
        ? broken()
        : new Response(null, {
            status: claimsOf(request.headers.get("authorization")?.slice(7) ?? "", issuer) ? 200 : 401,
            headers: { "www-authenticate": "Bearer" },
          });
    const { findings } = await failureOf(handler, { issuer, routes: ["GET /me"] });
    expect(findings.map(({ cameBack }) => cameBack)).toEqual(["500: an error is not a refusal"]);
  });
});

describe("issuers with a key pair", () => {
  it("finds nothing behind a guard with the public keys", async () => {
    const keyed = createTestIssuer({ algorithm: "ES256" });
    const { issuer: iss, audience } = keyed;
    const verifier = createVerifier({ keys: localJwks(JSON.stringify(keyed.jwks())), issuer: iss, audience });
    const app = honoUsher(new Hono(), { verifier, ownerParam, log: false });
    app.get("/api/:userId/tasks", (c) => c.json([]));
    await expectGuarded(app, { issuer: keyed });
  });

  it("finds a guard that takes the public key for a secret", async () => {
    const keyed = createTestIssuer({ algorithm: "RS256" });
    const key = createPublicKey({ key: keyed.jwks().keys[0] as JsonWebKey, format: "jwk" });
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    const { issuer: iss, audience } = keyed;
    const verifier = createVerifier({ keys: localJwks(JSON.stringify(keyed.jwks())), issuer: iss, audience });
    const app = new Hono().get("/me", async (c) => {
      const token = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
      const [header, claims, signature] = token.split(".");
      const isConfused =
        createHmac("sha256", pem).update(`${header}.${claims}`).digest("base64url") === signature;
      const isValid = await verifier.verify(token).then(
        () => true,
        () => false,
      );
      return isConfused || isValid ? c.text("") : c.text("", 401, { "www-authenticate": "Bearer" });
    });
    const { findings } = await failureOf(app, { issuer: keyed });
    expect(findings.map(({ sent }) => sent)).toEqual([
      "a token that is signed with the public key, as if it were a secret (`alg: HS256`)",
    ]);
  });
});

describe("tRPC", () => {
  it("is checked through its adapter, with the procedures as routes", async () => {
    const guard = trpcUsher({ verifier: verifierFor(issuer), ownerParam, log: false });
    const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
    const input = z.object({ userId: z.string() });
    const router = t.router({
      tasks: guard
        .protect(t.procedure)
        .input(input)
        .query(() => []),
      open: t.procedure.input(input).query(() => []),
    });
    const { createContext, responseMeta } = guard;
    const handler = (request: Request) =>
      fetchRequestHandler({ endpoint: "/trpc", req: request, router, createContext, responseMeta });
    const query = "?input=%7B%22userId%22:%22:userId%22%7D";
    await expectGuarded(handler, { issuer, routes: [`GET /trpc/tasks${query}`] });
    const { findings } = await failureOf(handler, {
      issuer,
      routes: [`GET /trpc/tasks${query}`, `GET /trpc/open${query}`],
    });
    expect(findings.map(({ route, sent }) => [route, sent])).toEqual([
      [`GET /trpc/open${query}`, "no token"],
    ]);
  });
});

describe("the app after the check", () => {
  it("is as before, also after a failure", async () => {
    const app = express();
    app.get("/me", (_request, response) => void response.json({}));
    const layer = (app.router as unknown as { stack: { route: { stack: { handle: unknown }[] } }[] }).stack[0]
      ?.route.stack[0];
    const handle = layer?.handle;
    await failureOf(app, { issuer });
    expect(layer?.handle).toBe(handle);

    const honoHandler = (c: { text(text: string): Response }) => c.text("");
    const hono = new Hono().get("/me", honoHandler);
    await failureOf(hono, { issuer });
    expect(hono.router.match("GET", "/me")[0][0]?.[0][0]).toBe(honoHandler);

    const server = fastify();
    await server.register(fastifyUsher, { verifier: verifierFor(issuer), ownerParam, log: false });
    server.get("/me", () => ({}));
    await expectGuarded(server, { issuer });
    expect(tracingChannel("fastify.request.handler").start.hasSubscribers).toBe(false);
    expect(
      (await server.inject({ url: "/me", headers: { authorization: `Bearer ${issuer.tokenFor("a")}` } }))
        .statusCode,
    ).toBe(200);
    await server.close();
  });

  it("can be checked again, and two at a time", async () => {
    const build = () => honoApp((guarded) => guarded.get("/api/:userId", (c) => c.text("")));
    const app = build();
    await Promise.all([expectGuarded(app, { issuer }), expectGuarded(build(), { issuer })]);
    await expectGuarded(app, { issuer });
  });

  it("leaves a server that listens alone", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await failureOf(server, { issuer, routes: ["GET /me"] });
    expect(server.listening).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

/** The claims of a token with the issuer's signature. */
function claimsOf(
  token: string,
  { secret, issuer: iss, audience }: TestIssuer,
): Record<string, unknown> | undefined {
  try {
    const { claims } = createVerifier({ keys: sharedSecret(secret), issuer: iss, audience }).verifySync(
      token,
    );
    return claims as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
