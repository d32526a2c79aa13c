import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import Router from "@koa/router";
import { Get, type LoggerService, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { initTRPC } from "@trpc/server";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { Elysia } from "elysia";
import express5 from "express";
import express4 from "express-4";
import fastify, { type FastifyBaseLogger } from "fastify";
import { H3 } from "h3";
import { createApp, defineEventHandler, toNodeListener } from "h3-v1";
import { Hono } from "hono";
import { requestId } from "hono/request-id";
import Koa from "koa";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { usher as elysia } from "../../src/adapters/elysia.ts";
import { usher as express } from "../../src/adapters/express.ts";
import { usher as guardFastify } from "../../src/adapters/fastify.ts";
import { usher as h3 } from "../../src/adapters/h3.ts";
import { usher as h3v1 } from "../../src/adapters/h3-v1.ts";
import { usher as hono, optionalAuth } from "../../src/adapters/hono.ts";
import { usher as koa } from "../../src/adapters/koa.ts";
import { UsherModule } from "../../src/adapters/nestjs.ts";
import { usher as node } from "../../src/adapters/node.ts";
import { usher as trpc, type UsherContext } from "../../src/adapters/trpc.ts";
import { AuthError, type Verifier } from "../../src/index.ts";
import { createToolGuard } from "../../src/mcp/index.ts";
import { decorate } from "../contract/targets/nest-decorate.ts";
import { platforms } from "../contract/targets/nest-platforms.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";
import { createPino } from "./pino.ts";

const { issuer, verifier } = createBench();
const options = { verifier, ownerParam: "userId" } as const;
const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}`, "x-request-id": "from-the-client" };

/** What pino writes of the one refusal of each app below: another user's path, as request 17. */
const line = {
  level: 30,
  msg: "request refused by usher",
  code: "owner_mismatch",
  status: 403,
  hint: expect.stringContaining("userId"),
  method: "GET",
  route: "/api/:userId/tasks",
  count: 1,
};

async function ask(listener: (request: IncomingMessage, response: ServerResponse) => unknown, path: string) {
  const server = await listen(createServer(listener));
  onTestFinished(() => server.close());
  return (await fetch(server.origin + path, { headers })).status;
}

/** What pino-http does. */
function log(request: object, logger: FastifyBaseLogger): void {
  Object.assign(request, { id: 17, log: logger.child({ reqId: 17 }) });
}

describe("a refusal is logged by the framework's logger", () => {
  it.each([
    ["5", express5],
    ["4", express4 as unknown as typeof express5],
  ])("express %s, with pino-http", async (_, framework) => {
    const { logger, lines } = createPino();
    const app = framework();
    app.use((request, _response, next) => {
      log(request, logger);
      next();
    });
    app.use(express(options));
    app.get("/api/:userId/tasks", (_request, response) => void response.json([]));
    expect(await ask(app, "/api/bob/tasks")).toBe(403);
    expect(lines).toEqual([{ ...line, reqId: 17, adapter: "express", requestId: "17" }]);
  });

  it("node:http, with pino-http", async () => {
    const { logger, lines } = createPino();
    const guarded = node(options).protect({ path: "/api/:userId/tasks" }, (_request, response) =>
      response.end(),
    );
    const status = await ask((request, response) => {
      log(request, logger);
      return guarded(request, response);
    }, "/api/bob/tasks");
    expect(status).toBe(403);
    expect(lines).toEqual([{ ...line, reqId: 17, adapter: "node", requestId: "17" }]);
  });

  it("fastify", async () => {
    const { logger, lines } = createPino();
    const app = fastify({ loggerInstance: logger });
    await app.register(guardFastify, options);
    app.get("/api/:userId/tasks", async () => []);
    expect((await app.inject({ url: "/api/bob/tasks", headers })).statusCode).toBe(403);
    expect(lines).toEqual([{ ...line, reqId: "req-1", adapter: "fastify", requestId: "req-1" }]);
  });

  it("fastify, also after refusals on a route whose level writes none", async () => {
    const { logger, lines } = createPino();
    const app = fastify({ loggerInstance: logger });
    await app.register(guardFastify, options);
    app.get("/silent/:userId", { logLevel: "error" }, async () => []);
    app.get("/api/:userId/tasks", async () => []);
    for (const url of ["/silent/bob", "/silent/bob", "/api/bob/tasks"])
      expect((await app.inject({ url, headers })).statusCode).toBe(403);
    expect(lines).toMatchObject([{ ...line, count: 3 }]);
  });

  it("koa, with a logger in the context", async () => {
    const { logger, lines } = createPino();
    const app = new Koa();
    app.use((context, next) => {
      log(context.req, logger);
      context.log = logger.child({});
      return next();
    });
    app.use(koa(options)).use(new Router().get("/api/:userId/tasks", () => undefined).routes() as never);
    expect(await ask(app.callback(), "/api/bob/tasks")).toBe(403);
    expect(lines).toEqual([{ ...line, adapter: "koa", requestId: "17" }]);
  });

  it("hono, with a logger and request-id", async () => {
    const { logger, lines } = createPino();
    const open = new Hono<{ Variables: { logger: FastifyBaseLogger } }>();
    open.use(requestId());
    open.use((context, next) => {
      context.set("logger", logger);
      return next();
    });
    open.get("/greeting/:name", optionalAuth(options), (context) => context.text("hello"));
    const app = hono(open, options);
    app.get("/api/:userId/tasks", (context) => context.json([]));
    expect((await app.request("/api/bob/tasks", { headers })).status).toBe(403);
    const optional = { headers: { ...headers, authorization: "Bearer rubbish" } };
    expect((await app.request("/greeting/ada", optional)).status).toBe(401);
    const adapter = { adapter: "hono", requestId: "from-the-client" };
    expect(lines).toMatchObject([
      { ...line, ...adapter },
      { ...adapter, code: "token_malformed", route: "/greeting/:name" },
    ]);
  });

  it.each([["log"], ["logger"]])("h3, with `%s` in the event's context", async (name) => {
    const { logger, lines } = createPino();
    const app = new H3();
    app.use((event) => {
      event.context[name] = logger;
      event.context.requestId = "req-17";
    });
    app.use(h3(options));
    app.get("/api/:userId/tasks", () => []);
    expect((await app.request("/api/bob/tasks", { headers })).status).toBe(403);
    expect(lines).toEqual([{ ...line, adapter: "h3", requestId: "req-17" }]);
  });

  it("h3 1, with a logger in the event's context, or pino-http", async () => {
    const { logger, lines } = createPino();
    for (const place of ["context", "request"]) {
      const app = createApp();
      app.use(
        defineEventHandler((event) => {
          log(event.node.req, logger);
          if (place === "context") event.context.log = logger.child({ place });
        }),
      );
      app.use(defineEventHandler(h3v1(options) as never));
      expect(
        await ask((request, response) => {
          delete (request.headers as { authorization?: string }).authorization;
          request.rawHeaders = [];
          return toNodeListener(app)(request, response);
        }, "/api/b0b/tasks"),
      ).toBe(401);
    }
    const { route: _route, hint: _hint, ...rest } = line;
    const refused = { ...rest, code: "credentials_missing", status: 401, path: "/api/*/tasks" };
    expect(lines).toMatchObject([
      { ...refused, place: "context", adapter: "h3-v1", requestId: "17" },
      { ...refused, reqId: 17, adapter: "h3-v1", requestId: "17" },
    ]);
  });

  it.each([["log"], ["logger"]])("elysia, with `%s` in the context", async (name) => {
    const { logger, lines } = createPino();
    const app = new Elysia()
      .decorate(name, logger)
      .use(elysia(options))
      .get("/api/:userId/tasks", () => []);
    const send = (path: string) => app.handle(new Request(`http://localhost${path}`, { headers }));
    expect((await send("/api/bob/tasks")).status).toBe(403);
    const unknown = await app.handle(new Request("http://localhost/unknown/17"));
    expect(unknown.status).toBe(401);
    expect(lines).toMatchObject([
      { ...line, adapter: "elysia" },
      { code: "credentials_missing", path: "/unknown/*" },
    ]);
  });

  it("elysia: that of the outer app, if an app behind it has none", async () => {
    const { logger, lines } = createPino();
    const guard = elysia(options);
    const inner = new Elysia().use(guard).get("/api/:userId/tasks", () => []);
    const app = new Elysia()
      .decorate("log", logger)
      .use(guard)
      .get("/api/*", ({ request }) => inner.handle(request));
    const response = await app.handle(new Request("http://localhost/api/bob/tasks", { headers }));
    expect(response.status).toBe(403);
    expect(lines).toMatchObject([{ ...line, adapter: "elysia" }]);
  });

  it.each(["express", "fastify"] as const)("nestjs on %s: Nest's own", async (platform) => {
    class Tasks {
      list(): object {
        return [];
      }
    }
    const failing: Verifier = {
      ...verifier,
      verify(token) {
        if (token !== "outage") return verifier.verify(token);
        throw new AuthError("keys_unavailable");
      },
    };
    class App {}
    Module({
      imports: [UsherModule.forRoot({ ...options, verifier: failing })],
      controllers: [decorate(Tasks, { list: { method: [Get("/api/:userId/tasks")], parameters: [] } })],
    })(App);
    const lines: unknown[] = [];
    const write =
      (level: string) =>
      (...written: unknown[]) =>
        lines.push([level, ...written]);
    const logger = { log: write("log"), warn: write("warn"), error: write("error") } as LoggerService;
    const app = await NestFactory.create(App, platforms[platform](), { logger, forceCloseConnections: true });
    onTestFinished(() => app.close());
    await app.listen(0, "127.0.0.1");
    lines.length = 0;
    const origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
    const ask = async (authorization: string) =>
      (await fetch(`${origin}/api/bob/tasks`, { headers: { authorization } })).status;
    expect(await ask(headers.authorization)).toBe(403);
    expect(await ask("Bearer outage")).toBe(503);
    expect(lines).toEqual([
      [
        "log",
        expect.stringMatching(
          /^refused owner_mismatch; GET \/api\/:userId\/tasks; (?:request req-1; )?.*userId/,
        ),
        "Usher",
      ],
      ["warn", expect.stringMatching(/^refused keys_unavailable; GET /), "Usher"],
    ]);
  });

  it("tRPC, with Fastify's logger, or with pino-http", async () => {
    const { logger, lines } = createPino();
    const guard = trpc(options);
    const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
    const input = (value: unknown) => value as { userId: string };
    const list = guard.protect(t.procedure).input(input);
    const router = t.router({ tasks: t.router({ list: list.query(() => []) }) });
    const path = `tasks.list?input=${encodeURIComponent('{"userId":"bob"}')}`;
    const { createContext } = guard;

    const app = fastify({ loggerInstance: logger });
    await app.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions: { router, createContext } });
    expect((await app.inject({ url: `/trpc/${path}`, headers })).statusCode).toBe(403);

    const handler = createHTTPHandler({ router, createContext: trpcContext });
    function trpcContext({ req }: { req: IncomingMessage }) {
      log(req, logger);
      return guard.createContext({ req });
    }
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 2000);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await ask(handler, `/${path}`)).toBe(403);
    const call = { ...line, route: "tasks.list", adapter: "trpc" };
    expect(lines).toEqual([
      { ...call, reqId: "req-1", requestId: "req-1" },
      { ...call, reqId: 17, requestId: "17" },
    ]);
  });

  it("the tool guard of MCP, with the logger of any framework's request, and the principal", () => {
    const { logger, lines } = createPino();
    const principals: unknown[] = [];
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const call = { jsonrpc: "2.0", method: "tools/call", params: { name: "unlisted" } };
    const requests = {
      fastify: { method: "POST", url: "/mcp", raw: {}, id: "req-1", log: logger },
      express: { method: "POST", url: "/", originalUrl: "/mcp", id: 17, log: logger },
      hono: { req: { method: "POST", url: "http://host/mcp" }, var: { logger, requestId: "x" } },
      koa: { req: { method: "POST", url: "/", id: 17 }, originalUrl: "/mcp", log: logger },
      h3: { req: new Request("http://host/mcp", { method: "POST" }), context: { logger } },
    };
    for (const request of Object.values(requests)) {
      const onReject = (event: { principal?: unknown }) => principals.push(event.principal);
      const tools = createToolGuard<unknown, object>({ verifier, ownerParam: null, onReject }, {});
      expect(tools.check(principal, call, request)?.status).toBe(403);
    }
    const refused = { adapter: "mcp", code: "scope_insufficient", method: "POST", path: "/mcp" };
    expect(lines).toMatchObject(Object.keys(requests).map(() => refused));
    expect(lines.map((one) => (one as { requestId?: string }).requestId)).toEqual([
      "req-1",
      "17",
      "x",
      "17",
      undefined,
    ]);
    expect(principals).toEqual(Object.keys(requests).map(() => principal));
  });
});
