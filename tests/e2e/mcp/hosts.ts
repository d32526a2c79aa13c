import type { RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import type { Verifier } from "@usher-auth/verify";
import * as onExpress from "@usher-auth/verify/express";
import * as onFastify from "@usher-auth/verify/fastify";
import * as onFetch from "@usher-auth/verify/fetch";
import type { ProtectedResource } from "@usher-auth/verify/guard";
import * as onHono from "@usher-auth/verify/hono";
import { createToolGuard } from "@usher-auth/verify/mcp";
import * as onNode from "@usher-auth/verify/node";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { answerNode, answerWeb, toolPolicies } from "./tasks-server.ts";

type Setup = { verifier: Verifier; protectedResource: ProtectedResource };

/** Guarded MCP servers at `/mcp`, with an endpoint for logout tokens. */
export const hosts: Readonly<Record<string, (setup: Setup) => RequestListener | Promise<RequestListener>>> = {
  async fastify({ verifier, protectedResource }) {
    const options = { verifier, ownerParam: null, protectedResource };
    const tools = createToolGuard(options, toolPolicies);
    const app = fastify();
    await app.register(onFastify.usher, options);
    await app.register(onFastify.backchannelLogout, { verifier });
    app.post("/mcp", async (request, reply) => {
      const refusal = tools.check(request.principal, request.body, request);
      if (refusal) return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
      reply.hijack();
      await answerNode(request.principal.id, request.body, request.raw, reply.raw);
    });
    await app.ready();
    return app.routing.bind(app) as RequestListener;
  },
  express({ verifier, protectedResource }) {
    const options = { verifier, ownerParam: null, protectedResource };
    const tools = createToolGuard(options, toolPolicies);
    const app = express();
    app.post("/backchannel-logout", onExpress.backchannelLogout({ verifier }));
    app.use(onExpress.usher(options));
    app.post("/mcp", express.json(), async (request, response) => {
      const refusal = tools.check(request.principal, request.body, request);
      if (refusal) return void response.status(refusal.status).set(refusal.headers).send(refusal.body);
      await answerNode(request.principal.id, request.body, request, response);
    });
    return app;
  },
  hono({ verifier, protectedResource }) {
    const options = { verifier, ownerParam: null, protectedResource };
    const tools = createToolGuard(options, toolPolicies);
    const open = new Hono().post("/backchannel-logout", onHono.backchannelLogout({ verifier }));
    const app = onHono.usher(open, options);
    app.post("/mcp", async (context) => {
      const message: unknown = await context.req.json().catch(() => undefined);
      const refusal = tools.check(context.var.principal, message, context);
      if (refusal) return new Response(refusal.body, refusal);
      return await answerWeb(context.var.principal.id, message, context.req.raw);
    });
    return getRequestListener(app.fetch);
  },
  fetch({ verifier, protectedResource }) {
    const options = { verifier, ownerParam: null, protectedResource };
    const tools = createToolGuard(options, toolPolicies);
    const receive = onFetch.backchannelLogout({ verifier });
    const handle = onFetch.usher(options).protect({ path: "/mcp" }, async (request, { principal }) => {
      const message: unknown = await request.json().catch(() => undefined);
      const refusal = tools.check(principal, message, request);
      if (refusal) return new Response(refusal.body, refusal);
      return await answerWeb(principal.id, message, request);
    });
    return getRequestListener((request) =>
      new URL(request.url).pathname === "/backchannel-logout" ? receive(request) : handle(request),
    );
  },
  node({ verifier, protectedResource }) {
    const options = { verifier, ownerParam: null, protectedResource };
    const tools = createToolGuard(options, toolPolicies);
    const receive = onNode.backchannelLogout({ verifier });
    const handle = onNode
      .usher(options)
      .protect({ path: "/mcp" }, async (request, response, { principal }) => {
        const message: unknown = await json(request).catch(() => undefined);
        const refusal = tools.check(principal, message, request);
        if (refusal) return void response.writeHead(refusal.status, refusal.headers).end(refusal.body);
        await answerNode(principal.id, message, request, response);
      });
    return (request, response) =>
      void (request.url === "/backchannel-logout" ? receive(request, response) : handle(request, response));
  },
};
