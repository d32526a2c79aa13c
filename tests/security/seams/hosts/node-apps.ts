import "reflect-metadata";
import type { RequestListener, ServerResponse } from "node:http";
import Router from "@koa/router";
import { Controller, Get, Module, Param } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Verifier } from "@usher-auth/verify";
import { usher as expressUsher } from "@usher-auth/verify/express";
import { usher as fastifyUsher } from "@usher-auth/verify/fastify";
import { usher as koaUsher, type UsherState } from "@usher-auth/verify/koa";
import { Principal, UsherModule } from "@usher-auth/verify/nestjs";
import { usher as nodeUsher } from "@usher-auth/verify/node";
import { usher as trpcUsher, type UsherContext } from "@usher-auth/verify/trpc";
import express from "express";
import express4 from "express-4";
import fastify from "fastify";
import Koa from "koa";
import { z } from "zod";
import type { HostedApp } from "./host.ts";

const changesExpress = {
  "light-my-request": "it changes Express's own prototypes, for every later request of the process",
};
const stayOpen = async () => {};

/** Every adapter that reads Node's request, in an app of its framework. */
export function nodeApps(verifier: Verifier): readonly HostedApp<RequestListener>[] {
  const options = { verifier, ownerParam: "userId" };

  const onExpress = (name: string, framework: typeof express): HostedApp<RequestListener> => ({
    name,
    async start() {
      const app = framework().use(expressUsher(options));
      for (const path of ["/me", "/api/:userId/tasks"])
        app.get(path, ({ principal }, response) => void response.json({ id: principal.id }));
      return { app, close: stayOpen };
    },
    exceptions: changesExpress,
  });

  const onNest = (
    name: string,
    adapter: () => ExpressAdapter | FastifyAdapter,
  ): HostedApp<RequestListener> => ({
    name: `nestjs on ${name}`,
    async start() {
      const nest = await NestFactory.create(nestModule(verifier), adapter(), { logger: false });
      await nest.init();
      const instance = nest.getHttpAdapter().getInstance();
      await instance.ready?.();
      return { app: instance.routing ?? instance, close: () => nest.close() };
    },
    ...(name === "express" && { exceptions: changesExpress }),
  });

  return [
    onExpress("express", express),
    onExpress("express 4", express4 as typeof express),
    onNest("express", () => new ExpressAdapter()),
    onNest("fastify", () => new FastifyAdapter()),
    {
      name: "fastify",
      async start() {
        const app = fastify();
        await app.register(fastifyUsher, options);
        for (const url of ["/me", "/api/:userId/tasks"])
          app.get(url, ({ principal }) => ({ id: principal.id }));
        await app.ready();
        return { app: app.routing, close: () => app.close() };
      },
    },
    {
      name: "koa",
      async start() {
        const router = new Router<UsherState>();
        for (const path of ["/me", "/api/:userId/tasks"])
          router.get(path, (context) => {
            context.body = { id: context.state.principal.id };
          });
        const app = new Koa<UsherState>().use(koaUsher(options)).use(router.routes());
        return { app: app.callback(), close: stayOpen };
      },
    },
    {
      name: "node",
      async start() {
        const app = nodeUsher(options).protect(
          { path: ["/me", "/api/:userId/tasks"] },
          (_request, response, access) => answer(response, access.principal.id),
        );
        return { app: app as RequestListener, close: stayOpen };
      },
    },
    {
      name: "node as Connect-style middleware",
      async start() {
        const guard = nodeUsher(options);
        const enter = guard.middleware({ path: ["/me", "/api/:userId/tasks"] });
        const app: RequestListener = (request, response) =>
          enter(request, response, () => answer(response, guard.accessOf(request).principal.id));
        return { app, close: stayOpen };
      },
    },
    {
      name: "trpc",
      exceptions: {
        "node-mocks-http, a Headers object":
          "tRPC creates a Request from Node's, and mistakes methods for headers",
      },
      async start() {
        const guard = trpcUsher(options);
        const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
        const procedure = guard.protect(t.procedure);
        const router = t.router({
          me: procedure.query(({ ctx }) => ({ id: ctx.principal.id })),
          tasks: procedure
            .input(z.object({ userId: z.string() }))
            .query(({ ctx }) => ({ id: ctx.principal.id })),
        });
        const handle = createHTTPHandler({ router, createContext: guard.createContext });
        const app: RequestListener = (request, response) => {
          // tRPC has the owner in its input, not in its path.
          const [, user, query = ""] = /^\/api\/(\w+)\/tasks(.*)$/.exec(request.url ?? "") ?? [];
          if (user !== undefined)
            request.url = `/tasks?input=${encodeURIComponent(JSON.stringify({ userId: user }))}${query.replace("?", "&")}`;
          handle(request, response);
        };
        return { app, close: stayOpen };
      },
    },
  ];
}

function answer(response: ServerResponse, id: string): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ id }));
}

/**
 * Does what decorators of a class and its methods do: these sources do not use decorator syntax.
 */
function nestModule(verifier: Verifier): new () => object {
  class Tasks {
    me(principal: Principal): object {
      return { id: principal.id };
    }
  }
  Principal()(Tasks.prototype, "me", 0);
  Param()(Tasks.prototype, "me", 1);
  Get(["/me", "/api/:userId/tasks"])(
    Tasks.prototype,
    "me",
    Object.getOwnPropertyDescriptor(Tasks.prototype, "me") as never,
  );
  Controller()(Tasks);
  class App {}
  Module({ imports: [UsherModule.forRoot({ verifier, ownerParam: "userId" })], controllers: [Tasks] })(App);
  return App;
}
