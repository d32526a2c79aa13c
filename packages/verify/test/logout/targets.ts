import "reflect-metadata";
import { createServer } from "node:http";
import { parse as parseQuery } from "node:querystring";
import { node } from "@elysiajs/node";
import { serve as serveHono } from "@hono/node-server";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { BackchannelLogoutOptions } from "@usher-auth/verify/express";
import { Elysia } from "elysia";
import express from "express";
import express4 from "express-4";
import fastify from "fastify";
import { H3, serve as serveH3 } from "h3";
import { createApp as createH3V1, createRouter, defineEventHandler, toNodeListener } from "h3-v1";
import { Hono } from "hono";
import Koa from "koa";
import * as elysiaGuard from "../../src/adapters/elysia.ts";
import * as expressGuard from "../../src/adapters/express.ts";
import * as fastifyGuard from "../../src/adapters/fastify.ts";
import * as fetchGuard from "../../src/adapters/fetch.ts";
import * as h3Guard from "../../src/adapters/h3.ts";
import * as h3V1Guard from "../../src/adapters/h3-v1.ts";
import * as honoGuard from "../../src/adapters/hono.ts";
import * as koaGuard from "../../src/adapters/koa.ts";
import * as nestGuard from "../../src/adapters/nestjs.ts";
import * as nodeGuard from "../../src/adapters/node.ts";
import type { Verifier } from "../../src/index.ts";
import type { ContractServer } from "../contract/target.ts";
import { listen as listenElysia } from "../contract/targets/elysia-server.ts";
import { platforms } from "../contract/targets/nest-platforms.ts";
import { listen } from "../contract/targets/server.ts";

/** A framework's app with the endpoint at `/backchannel-logout`, and everything else behind the guard. */
export interface LogoutTarget {
  readonly name: string;
  /** The status for a form that is too long, if the framework reads bodies first. Default: 400. */
  readonly tooLong?: number;
  start(verifier: Verifier, options: BackchannelLogoutOptions): Promise<ContractServer>;
}

const path = "/backchannel-logout";
const closing = (close: () => unknown, origin: string): ContractServer => ({
  origin,
  close: async () => void (await close()),
});

function expressTarget(name: string, create: typeof express, isParsed: boolean): LogoutTarget {
  return {
    name,
    ...(isParsed && { tooLong: 413 }),
    start(verifier, options) {
      const app = create();
      if (isParsed) app.use(create.urlencoded({ extended: true, limit: "32kb" }), create.json());
      app.post(path, expressGuard.backchannelLogout(options));
      app.use(expressGuard.usher({ verifier, ownerParam: "userId" }));
      // Express would print the error.
      app.use(
        ((error, _request, response, _next) =>
          void response.status(error.status ?? 500).end()) as express.ErrorRequestHandler,
      );
      return listen(createServer(app));
    },
  };
}

function koaTarget(name: string, parse?: Koa.Middleware): LogoutTarget {
  return {
    name,
    start(verifier, options) {
      const app = new Koa();
      app.silent = true;
      if (parse !== undefined) app.use(parse);
      app.use(koaGuard.backchannelLogout(options)).use(koaGuard.usher({ verifier, ownerParam: "userId" }));
      return listen(createServer(app.callback()));
    },
  };
}

/** What koa-bodyparser does. */
const parseForm: Koa.Middleware = async (context, next) => {
  const chunks: Buffer[] = [];
  for await (const chunk of context.req) chunks.push(chunk);
  const { request } = context as unknown as { request: { body: object } };
  request.body = context.is("urlencoded") ? parseQuery(String(Buffer.concat(chunks))) : {};
  await next();
};

function nestTarget(platform: keyof typeof platforms, isParsed: boolean): LogoutTarget {
  return {
    name: `nestjs on ${platform}${isParsed ? "" : ", without its body parser"}`,
    async start(verifier, options) {
      class App {}
      Module({
        imports: [
          nestGuard.UsherModule.forRoot({ verifier, ownerParam: "userId" }),
          nestGuard.BackchannelLogoutModule.forRoot(options),
        ],
      })(App);
      const app = await NestFactory.create(App, platforms[platform](), {
        logger: false,
        bodyParser: isParsed,
        abortOnError: false,
      });
      await app.listen(0, "127.0.0.1");
      return closing(() => app.close(), `http://127.0.0.1:${app.getHttpServer().address().port}`);
    },
  };
}

function honoTarget(name: string, isParsed: boolean): LogoutTarget {
  return {
    name,
    async start(verifier, options) {
      const app = new Hono();
      app.onError((_error, context) => context.text("failed", 500));
      if (isParsed)
        app.use(async (context, next) => {
          await context.req.text();
          await next();
        });
      app.post(path, honoGuard.backchannelLogout(options));
      honoGuard.usher(app, { verifier, ownerParam: "userId" });
      const { promise, resolve } = Promise.withResolvers<number>();
      const server = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(port),
      );
      return closing(() => server.close(), `http://127.0.0.1:${await promise}`);
    },
  };
}

export const logoutTargets: readonly LogoutTarget[] = [
  {
    name: "fastify",
    async start(verifier, options) {
      const app = fastify();
      await app.register(fastifyGuard.usher, { verifier, ownerParam: "userId" });
      await app.register(fastifyGuard.backchannelLogout, options);
      await app.listen({ port: 0, host: "127.0.0.1" });
      return closing(() => app.close(), app.listeningOrigin);
    },
  },
  expressTarget("express 5", express, false),
  expressTarget("express 5 behind a body parser", express, true),
  expressTarget("express 4", express4 as unknown as typeof express, false),
  expressTarget("express 4 behind a body parser", express4 as unknown as typeof express, true),
  koaTarget("koa"),
  koaTarget("koa behind a body parser", parseForm),
  honoTarget("hono", false),
  honoTarget("hono behind a middleware that reads bodies", true),
  nestTarget("express", true),
  nestTarget("express", false),
  nestTarget("fastify", true),
  {
    name: "h3",
    async start(verifier, options) {
      const app = new H3();
      app.use(h3Guard.usher({ verifier, ownerParam: "userId" }));
      app.post(path, h3Guard.backchannelLogout(options), { meta: { public: true } });
      const server = await serveH3(app, { port: 0, hostname: "127.0.0.1", silent: true }).ready();
      return closing(() => server.close(true), (server.url ?? "").replace(/\/$/, ""));
    },
  },
  {
    name: "h3 1",
    start(verifier, options) {
      const app = createH3V1();
      app.use(createRouter().post(path, defineEventHandler(h3V1Guard.backchannelLogout(options))));
      app.use(defineEventHandler(h3V1Guard.usher({ verifier, ownerParam: "userId" })));
      app.use(defineEventHandler(() => "accepted"));
      return listen(createServer(toNodeListener(app)));
    },
  },
  {
    name: "elysia",
    async start(verifier, options) {
      const app = new Elysia({ adapter: node() })
        .use(elysiaGuard.usher({ verifier, ownerParam: "userId" }))
        .use(elysiaGuard.backchannelLogout(options));
      const server = await listenElysia(app);
      const { port } = server.address() as { port: number };
      return closing(() => {
        server.closeAllConnections();
        server.close();
      }, `http://127.0.0.1:${port}`);
    },
  },
  {
    name: "fetch",
    async start(verifier, options) {
      const logout = fetchGuard.backchannelLogout(options);
      const guarded = fetchGuard
        .usher({ verifier, ownerParam: "userId" })
        .protect({ path: "/*" }, () => new Response());
      const fetchHandler = async (request: Request) => {
        try {
          return await (new URL(request.url).pathname === path ? logout : guarded)(request);
        } catch {
          return new Response(null, { status: 500 });
        }
      };
      const { promise, resolve } = Promise.withResolvers<number>();
      const server = serveHono({ fetch: fetchHandler, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(port),
      );
      return closing(() => server.close(), `http://127.0.0.1:${await promise}`);
    },
  },
  {
    name: "node:http",
    start(verifier, options) {
      const logout = nodeGuard.backchannelLogout(options);
      const guarded = nodeGuard
        .usher({ verifier, ownerParam: "userId" })
        .protect({ path: "/*" }, (_request, response) => response.end());
      return listen(
        createServer((request, response) => (request.url === path ? logout : guarded)(request, response)),
      );
    },
  },
];
