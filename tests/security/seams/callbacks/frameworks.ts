import "reflect-metadata";
import { Catch, Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher as fastifyUsher } from "@usher-auth/verify/fastify";
import { usher as fetchUsher } from "@usher-auth/verify/fetch";
import { usher as h3Usher } from "@usher-auth/verify/h3";
import { usher as honoUsher } from "@usher-auth/verify/hono";
import { UsherModule } from "@usher-auth/verify/nestjs";
import { usher as trpcUsher, type UsherContext } from "@usher-auth/verify/trpc";
import fastify from "fastify";
import { H3 } from "h3";
import { Hono } from "hono";
import { messageOfFailure, type UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const { secret, issuer: name, audience } = issuer;
const options = {
  verifier: createVerifier({ keys: sharedSecret(secret), issuer: name, audience }),
  ownerParam: "userId",
};
/** Valid for an hour: all rows may take longer than the 5 minutes of a usual token. */
const alice = { authorization: `Bearer ${issuer.tokenFor("alice", { expiresIn: 3600 })}` };

interface App {
  ask(path: string, headers: Record<string, string>): Promise<Response>;
  close?(): Promise<unknown>;
}

/** The request: without a token, or from Alice to another user's path or to her own. */
const requests = {
  anonymous: ["/users/alice", {}],
  another: ["/users/bob", alice],
  own: ["/users/alice", alice],
} as const;

/**
 * A row: `during` is the result of a request that must be rejected whatever the callback does. Then follows
 * one that must be served.
 */
function row(
  name: string,
  start: (callback: UserFunction) => Promise<App>,
  good: UserFunction,
  asked: keyof typeof requests,
  expected: Callback["expected"] = { usual: "refused" },
): Callback {
  return {
    name,
    expected,
    async use(behaviour) {
      let misbehaves = true;
      const bad = behaviour.of(good);
      const app = await start((...input) => (misbehaves ? bad : good)(...input));
      try {
        const during = await outcomeOf(app, asked);
        misbehaves = false;
        return { during, afterwards: await outcomeOf(app, "own") };
      } finally {
        await app.close?.();
      }
    },
  };
}

async function outcomeOf(app: App, asked: keyof typeof requests): Promise<Outcome> {
  try {
    const response = await app.ask(...(requests[asked] as readonly [string, Record<string, string>]));
    const body = await response.text();
    if (response.status >= 500 || body.includes(messageOfFailure)) return "failed";
    return response.ok ? "served" : "refused";
  } catch {
    return "failed";
  }
}

const onFastify =
  (add: (app: ReturnType<typeof fastify>, callback: UserFunction) => void) =>
  async (callback: UserFunction): Promise<App> => {
    const app = fastify();
    await app.register(fastifyUsher, options);
    add(app, callback);
    app.get("/users/:userId", () => "in");
    return {
      ask: async (url, headers) => {
        const { statusCode, body } = await app.inject({ url, headers });
        return new Response(body, { status: statusCode });
      },
      close: () => app.close(),
    };
  };

async function onNest(callback: UserFunction): Promise<App> {
  class Users {
    read(): string {
      return "in";
    }
  }
  Get("/users/:userId")(
    Users.prototype,
    "read",
    Object.getOwnPropertyDescriptor(Users.prototype, "read") as never,
  );
  Controller()(Users);
  class Root {}
  Module({ imports: [UsherModule.forRoot(options)], controllers: [Users] })(Root);
  class Filter {
    readonly catch = callback;
  }
  Catch()(Filter);
  const nest = await NestFactory.create(Root, new ExpressAdapter(), { logger: false });
  nest.useGlobalFilters(new Filter());
  await nest.listen(0, "127.0.0.1");
  const origin = `http://127.0.0.1:${nest.getHttpServer().address().port}`;
  return { ask: (path, headers) => fetch(origin + path, { headers }), close: () => nest.close() };
}

async function onTrpc(callback: UserFunction): Promise<App> {
  const guard = trpcUsher(options);
  const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
  const users = guard.protect(t.procedure).input(callback as (input: unknown) => unknown);
  const router = t.router({ users: users.query(() => "in") });
  return {
    ask: async (path, headers) => {
      const input = encodeURIComponent(JSON.stringify({ userId: path.slice("/users/".length) }));
      const req = new Request(`http://localhost/users?input=${input}`, { headers });
      return fetchRequestHandler({ endpoint: "", req, router, createContext: guard.createContext });
    },
  };
}

async function onHono(callback: UserFunction): Promise<App> {
  const app = honoUsher(new Hono(), options);
  app.onError(callback as never);
  app.get("/users/:userId", (c) => c.text("in"));
  return { ask: async (path, headers) => app.request(path, { headers }) };
}

async function onH3(callback: UserFunction): Promise<App> {
  const app = new H3({ onError: callback as never, silent: true }).use(h3Usher(options));
  app.get("/users/:userId", () => "in");
  return { ask: async (path, headers) => app.request(path, { headers }) };
}

async function onFetch(callback: UserFunction): Promise<App> {
  const handle = fetchUsher(options).protect({ path: "/users/:userId" }, callback as never);
  return { ask: async (path, headers) => handle(new Request(`http://localhost${path}`, { headers })) };
}

const nothing = () => undefined;

export const frameworkCallbacks: readonly Callback[] = [
  row(
    "fastify setErrorHandler",
    onFastify((app, callback) => app.setErrorHandler(callback as never)),
    nothing,
    "anonymous",
  ),
  row(
    "fastify preHandler",
    onFastify((app, callback) =>
      app.addHook("preHandler", async (request: unknown) => void callback(request)),
    ),
    nothing,
    "another",
  ),
  row("nestjs exception filter, no token", onNest, nothing, "anonymous"),
  row("nestjs exception filter, another's path", onNest, nothing, "another"),
  row("trpc input parser, another's path", onTrpc, (input) => input, "another"),
  row("hono onError", onHono, () => new Response("failed", { status: 500 }), "another"),
  row("h3 onError", onH3, nothing, "another"),
  row("fetch protect handler, another's path", onFetch, () => new Response("in"), "another"),
];
