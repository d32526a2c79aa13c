import { type Files, manifest } from "./project.ts";

/** An API as people write it: files, and the program that starts it. */
export interface Sample {
  readonly files: Files;
  readonly program: string;
  /** A path that needs no token after init. Default: none. */
  readonly open?: string;
  /** Node's flags to start it. */
  readonly flags?: readonly string[];
}

const listen = "Number(process.env.PORT ?? 3001)";
const commonJs = {};
const config = `import { betterAuth } from "better-auth";

export const auth = betterAuth({
  baseURL: "http://localhost:3000",
  emailAndPassword: { enabled: true },
});
`;

/** Each has `/health` and `/api/:userId/tasks`. */
export const samples: Readonly<Record<string, Sample>> = {
  "Fastify, TypeScript": {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["fastify"]),
      "src/index.ts": `import fastify from "fastify";

const app = fastify();
app.get("/health", () => ({ status: "ok" }));
app.get<{ Params: { userId: string } }>("/api/:userId/tasks", (request) => ({ tasks: [], of: request.params.userId }));

await app.listen({ port: ${listen} });
`,
    },
  },
  "Fastify, CommonJS, created by the require itself": {
    program: "server.js",
    files: {
      "package.json": manifest(["fastify"], commonJs),
      "server.js": `'use strict'

const fastify = require('fastify')({ logger: false })

fastify.get('/health', async () => ({ status: 'ok' }))
fastify.get('/api/:userId/tasks', async () => ({ tasks: [] }))

fastify.listen({ port: ${listen} })
`,
    },
  },
  "Fastify, built in an async function, with plugins and CORS": {
    program: "src/server.ts",
    files: {
      "package.json": manifest(["fastify", "@fastify/cors"]),
      "src/server.ts": `import { buildApp } from "./app.ts";

const app = await buildApp();
await app.listen({ port: ${listen} });
`,
      "src/app.ts": `import cors from "@fastify/cors";
import Fastify, { type FastifyInstance } from "fastify";
import { routes } from "./routes.ts";

export async function buildApp(): Promise<FastifyInstance> {
	const app = Fastify({ logger: false });
	app.decorate("started", Date.now());
	await app.register(cors, { origin: true }); // for the page
	await app.register(routes, { prefix: "/api" });
	app.get("/health", () => ({ status: "ok" }));
	return app;
}
`,
      "src/routes.ts": `import type { FastifyInstance } from "fastify";

export async function routes(app: FastifyInstance): Promise<void> {
	app.get("/:userId/tasks", () => ({ tasks: [] }));
}
`,
    },
  },
  "Fastify, built in a function that is not async": {
    program: "src/server.js",
    files: {
      "package.json": manifest(["fastify"]),
      "src/server.js": `import { buildApp } from "./app.js";

buildApp().listen({ port: ${listen} });
`,
      "src/app.js": `import fastify from "fastify";

export function buildApp(options = {}) {
  const app = fastify(options);
  app.get("/health", async () => ({ status: "ok" }));
  app.get("/api/:userId/tasks", async () => ({ tasks: [] }));
  return app;
}
`,
    },
  },
  "Fastify, with Better Auth in the same app": {
    program: "src/index.ts",
    open: "/api/auth/ok",
    files: {
      "package.json": manifest(["fastify", "better-auth"]),
      "src/auth.ts": config,
      "src/index.ts": `import fastify from "fastify";
import { auth } from "./auth.ts";

const app = fastify();

app.route({
  method: ["GET", "POST"],
  url: "/api/auth/*",
  async handler(request, reply) {
    const response = await auth.handler(new Request(new URL(request.url, "http://localhost:3000"), { method: request.method }));
    reply.status(response.status);
    return reply.send(await response.text());
  },
});
app.get("/health", () => ({ status: "ok" }));
app.get("/api/:userId/tasks", () => ({ tasks: [] }));

await app.listen({ port: ${listen} });
`,
    },
  },
  "Express, TypeScript": {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["express", "cors"]),
      "src/index.ts": `import cors from "cors";
import express from "express";

const app = express();
app.disable("x-powered-by");
app.use(cors());
app.use(express.json());

app.get("/health", (_request, response) => void response.json({ status: "ok" }));
app.get("/api/:userId/tasks", (_request, response) => void response.json({ tasks: [] }));

app.listen(${listen});
`,
    },
  },
  "Express, CommonJS, CRLF, no semicolons, routers": {
    program: "index.js",
    files: {
      "package.json": manifest(["express"], commonJs),
      "index.js": `const express = require('express')
const app = express()
const tasks = require('./routes/tasks')

app.use(express.json())
app.get('/health', (req, res) => res.json({ status: 'ok' }))
app.use('/api', tasks)

app.listen(${listen})
`.replaceAll("\n", "\r\n"),
      "routes/tasks.js": `const { Router } = require('express')

const router = Router()
router.get('/:userId/tasks', (req, res) => res.json({ tasks: [] }))
module.exports = router
`,
    },
  },
  "Express, with Better Auth in the same app": {
    program: "src/index.ts",
    open: "/api/auth/ok",
    files: {
      "package.json": manifest(["express", "better-auth"]),
      "src/auth.ts": config,
      "src/index.ts": `import { toNodeHandler } from "better-auth/node";
import express from "express";
import { auth } from "./auth.ts";

const app = express();
app.all("/api/auth/*splat", toNodeHandler(auth));
app.use(express.json());
app.get("/health", (_request, response) => void response.json({ status: "ok" }));
app.get("/api/:userId/tasks", (_request, response) => void response.json({ tasks: [] }));
app.listen(${listen});
`,
    },
  },
  "Express, in a class": {
    program: "src/main.ts",
    files: {
      "package.json": manifest(["express"]),
      "src/main.ts": `import express, { type Express } from "express";

class Server {
  readonly app: Express;

  constructor() {
    this.app = express();
    this.routes();
  }

  private routes(): void {
    this.app.get("/health", (_request, response) => void response.json({ status: "ok" }));
    this.app.get("/api/:userId/tasks", (_request, response) => void response.json({ tasks: [] }));
  }

  start(): void {
    this.app.listen(${listen});
  }
}

new Server().start();
`,
    },
  },
  "Hono, TypeScript": {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["hono", "@hono/node-server"]),
      "src/index.ts": `import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();

app.get("/health", (c) => c.json({ status: "ok" }));
app.get("/api/:userId/tasks", (c) => c.json({ tasks: [] }));

serve({ fetch: app.fetch, port: ${listen} });
`,
    },
  },
  "Hono, chained routes, below a base path": {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["hono", "@hono/node-server"]),
      "src/index.ts": `import { serve } from "@hono/node-server";
import { Hono } from "hono";

export const app = new Hono()
  .get("/health", (c) => c.json({ status: "ok" }))
  .basePath("/api")
  .get("/:userId/tasks", (c) => c.json({ tasks: [] }));
export type App = typeof app;

serve({ fetch: app.fetch, port: ${listen} });
`,
    },
  },
  "Hono, with CORS, Better Auth and routers": {
    program: "src/index.ts",
    open: "/api/auth/ok",
    files: {
      "package.json": manifest(["hono", "@hono/node-server", "better-auth"]),
      "src/auth.ts": config,
      "src/tasks.ts": `import { Hono } from "hono";

export const tasks = new Hono();
tasks.get("/:userId/tasks", (c) => c.json({ tasks: [] }));
`,
      "src/index.ts": `import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { logger } from "hono/logger";
import { auth } from "./auth.ts";
import { tasks } from "./tasks.ts";

const app = new Hono();
app.use(logger(() => {}));
app.use("/api/*", cors({ origin: "http://localhost:5173", credentials: true }));
app.on(["POST", "GET"], "/api/auth/*", (c) => auth.handler(c.req.raw));
app.get("/health", (c) => c.json({ status: "ok" }));
app.route("/api", tasks);

serve({ fetch: app.fetch, port: ${listen} });
`,
    },
  },
  "Koa, TypeScript": {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["koa", "@koa/router"]),
      "src/index.ts": `import Router from "@koa/router";
import Koa from "koa";

const app = new Koa();
const router = new Router();
router.get("/health", (ctx) => {
  ctx.body = { status: "ok" };
});
router.get("/api/:userId/tasks", (ctx) => {
  ctx.body = { tasks: [] };
});
app.use(router.routes());
app.listen(${listen});
`,
    },
  },
  "Koa, CommonJS, chained": {
    program: "app.cjs",
    files: {
      "package.json": manifest(["koa", "@koa/router"], commonJs),
      "app.cjs": `const Koa = require('koa');
const Router = require('@koa/router');

const router = new Router();
router.get('/health', (ctx) => { ctx.body = 'ok'; });
router.get('/api/:userId/tasks', (ctx) => { ctx.body = []; });
const app = new Koa().use(router.routes()).use(router.allowedMethods());
app.listen(${listen});
`,
    },
  },
  "h3 2": {
    program: "src/index.ts",
    files: {
      "package.json": manifest([], { type: "module", dependencies: undefined }).replace(
        "{}",
        '{ "h3": "^2.0.0" }',
      ),
      "src/index.ts": `import { H3, serve } from "h3";

const app = new H3();
app.get("/health", () => ({ status: "ok" }));
app.get("/api/:userId/tasks", () => ({ tasks: [] }));
serve(app, { port: ${listen} });
`,
    },
  },
  Elysia: {
    program: "src/index.ts",
    files: {
      "package.json": manifest(["elysia", "@elysiajs/node"]),
      "src/index.ts": `import { node } from "@elysiajs/node";
import { Elysia } from "elysia";

new Elysia({ adapter: node() })
  .get("/health", () => ({ status: "ok" }))
  .get("/api/:userId/tasks", () => ({ tasks: [] }))
  .listen(${listen});
`,
    },
  },
  "Nest, with a root module": {
    program: "src/main.ts",
    flags: ["--import", "tsx"],
    files: {
      "package.json": manifest(["@nestjs/core", "@nestjs/common", "@nestjs/platform-express"]),
      "tsconfig.json": `{
  // decorators
  "compilerOptions": {
    "module": "nodenext",
    "experimentalDecorators": true,
    "emitDecoratorMetadata": true,
  },
}
`,
      // This repository's packages are not built.
      "vitest.config.ts": `const conditions = ["@usher-auth/source", "node", "import", "default"];
export default { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
`,
      "src/main.ts": `import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module.js";

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(${listen});
`,
      "src/app.module.ts": `import { Module } from '@nestjs/common';
import { TasksController } from './tasks.controller.js';
import { TasksModule } from './tasks.module.js';

@Module({
  imports: [TasksModule],
  controllers: [TasksController],
})
export class AppModule {}
`,
      "src/tasks.module.ts": `import { Module } from '@nestjs/common';

@Module({})
export class TasksModule {}
`,
      "src/tasks.controller.ts": `import { Controller, Get } from '@nestjs/common';

@Controller()
export class TasksController {
  @Get('health')
  health(): object {
    return { status: 'ok' };
  }

  @Get('api/:userId/tasks')
  tasks(): object {
    return { tasks: [] };
  }
}
`,
    },
  },
};
