import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher as expressUsher } from "@usher-auth/verify/express";
import { usher as fastifyUsher } from "@usher-auth/verify/fastify";
import { usher as honoUsher } from "@usher-auth/verify/hono";
import { requireRecentSignIn } from "@usher-auth/verify/policies";
import express, { type Express, type RequestHandler } from "express";
import fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { createTestIssuer, expectGuarded, NotGuardedError } from "../../src/index.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});
const guard = { verifier, ownerParam: "userId", log: false } as const;

type Options = Partial<Parameters<typeof expectGuarded>[1]>;

/** What was found, as "route: sent". Empty: nothing. */
async function found(app: object, options: Options = {}): Promise<readonly string[]> {
  try {
    await expectGuarded(app, { issuer, ...options });
    return [];
  } catch (error) {
    if (!(error instanceof NotGuardedError)) throw error;
    return error.findings.map(({ route, sent }) => `${route}: ${sent}`);
  }
}

async function fastifyApp(add: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(fastifyUsher, guard);
  add(app);
  return app;
}

function expressApp(before: (app: Express) => void): Express {
  const app = express();
  before(app);
  app.use(expressUsher(guard));
  app.get("/me", (_request, response) => void response.json({}));
  return app;
}

/** A custom guard with a weak rule. */
function weakGuard(weak: {
  readonly isOwner?: (onPath: string, id: string) => boolean;
  readonly header?: string;
}): RequestHandler {
  return (request, response, next) => {
    const [, bearer] = request.headers.authorization?.split("Bearer ") ?? [];
    try {
      const { id } = verifier.verifySync(bearer ?? request.get(weak.header ?? "") ?? "");
      if (weak.isOwner?.(String(request.params.userId), id) === false) response.status(403).end();
      else next();
    } catch {
      response.status(401).set("www-authenticate", "Bearer").end();
    }
  };
}

const answer: RequestHandler = (_request, response) => void response.json({});

describe("sound apps", () => {
  it("with a route for CORS preflights", async () => {
    const app = expressApp((before) => before.options("/*path", (_request, response) => void response.end()));
    expect(await found(app)).toEqual([]);
  });

  it("with a stream of events that does not end", async () => {
    const app = await fastifyApp((guarded) =>
      guarded.get("/events", (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
      }),
    );
    const start = performance.now();
    expect(await found(app)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it("with a colon in a path, and a host that is an expression", async () => {
    const app = await fastifyApp((guarded) => {
      guarded.get("/tasks/all::archive", () => ({}));
      guarded.get("/site", { constraints: { host: /\.example\.com$/ } }, () => ({}));
    });
    expect(await found(app, { headers: { host: "www.example.com" } })).toEqual([]);
  });

  it("whose answers all have the same texts and the path", async () => {
    const app = await fastifyApp((guarded) => {
      guarded.setErrorHandler<Error & { statusCode?: number; headers?: Record<string, string> }>(
        ({ statusCode = 500, headers = {} }, { url }, reply) =>
          reply.code(statusCode).headers(headers).send({ service: "task-service", path: url }),
      );
      guarded.get("/api/:userId/tasks", ({ url }) => ({ service: "task-service", path: url }));
    });
    expect(await found(app)).toEqual([]);
  });

  it("with an expression that is public", async () => {
    const app = expressApp((before) => before.get(/^\/(?!api|me).*/, answer));
    expect(await found(app)).toContain(
      "GET /^\\/(?!api|me).*/: nothing, because no path can be made for this expression",
    );
    expect(await found(app, { public: ["GET /^\\/(?!api|me).*/"] })).toEqual([]);
  });

  it("with a policy for a recent sign-in, whose claim the message names", async () => {
    const app = await fastifyApp((guarded) => {
      guarded.get("/me", () => ({}));
      guarded.delete("/me", { config: { policies: [requireRecentSignIn({ maxAge: 300 })] } }, () => ({}));
    });
    await expect(expectGuarded(app, { issuer })).rejects.toThrow("the claim `auth_time`");
    const claims = { auth_time: Math.floor(Date.now() / 1000) };
    expect(await found(app, { users: [{ id: "alice", claims }, "bob"] })).toEqual([]);
  });
});

describe("flaws", () => {
  const owner = "GET /api/:userId: the valid token of a user whose id is the owner's";
  it.each([
    ["in upper case", (path: string, id: string) => path.toLowerCase() === id.toLowerCase()],
    ["with a character more", (path: string, id: string) => id.startsWith(path)],
    ["without its last character", (path: string, id: string) => path.startsWith(id)],
  ])("an owner that is compared loosely: %s", async (sent, isOwner) => {
    const app = express().get("/api/:userId", weakGuard({ isOwner }), answer);
    expect(await found(app)).toEqual([`${owner} ${sent}`]);
  });

  it.each(["x-auth-token", "x-access-token", "x-token"])("a token in %s", async (header) => {
    const app = express().get("/me", weakGuard({ header }), answer);
    expect(await found(app)).toEqual([
      "GET /me: a valid token in another header, and no Authorization header",
    ]);
  });

  it("an open route of another method", async () => {
    const app = expressApp((before) => before.propfind("/files", answer));
    expect(await found(app)).toEqual(["PROPFIND /files: no token"]);
  });

  it("an open route that never answers, tried once", async () => {
    const app = expressApp((before) => before.get("/wait", () => undefined));
    const findings = await found(app, { timeout: 400 });
    // A busy machine may answer others too late.
    expect(findings.filter((one) => one.startsWith("GET /wait"))).toEqual(["GET /wait: no token"]);
  });

  it("a parameter that a Hono route of every method does not compare", async () => {
    const app = honoUsher(new Hono(), guard);
    app.all("/people/:uid", (c) => c.json({}));
    const { length } = await found(app);
    expect(length).toBe(5);
  });
});

it("asks for the app instead of its promise", async () => {
  await expect(expectGuarded(Promise.resolve(express()), { issuer })).rejects.toThrow("a promise");
});

it("lets timers run, such as that of the test runner, on an app that answers at once", async () => {
  const app = honoUsher(new Hono(), guard);
  for (let index = 0; index < 20; index++) app.get(`/tasks${index}`, (c) => c.text(""));
  let turns = 0;
  const turn = () => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  await expectGuarded(app, { issuer });
  clearImmediate(next);
  expect(turns).toBeGreaterThan(100);
});
