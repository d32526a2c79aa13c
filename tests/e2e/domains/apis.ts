import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import fastifyCors from "@fastify/cors";
import { getRequestListener } from "@hono/node-server";
import type { Verifier } from "@usher-auth/verify";
import { usher as usherExpress } from "@usher-auth/verify/express";
import { usher as usherFastify } from "@usher-auth/verify/fastify";
import { usher as usherHono } from "@usher-auth/verify/hono";
import cors from "cors";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { cors as honoCors } from "hono/cors";

export interface ApiOptions {
  /** The origin of the page. */
  readonly origin: string;
  readonly verifier: Verifier;
  /** Response headers that the page may read. */
  readonly exposed: string[];
}

/** The same API in each framework, with its own CORS, as the guide shows it. */
export const apis = {
  async fastify({ origin, verifier, exposed }: ApiOptions): Promise<RequestListener> {
    const app = fastify();
    await app.register(fastifyCors, {
      origin,
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
      allowedHeaders: ["authorization", "content-type"],
      exposedHeaders: exposed,
      maxAge: 600,
    });
    await app.register(usherFastify, { verifier, ownerParam: "userId" });
    app.delete("/api/:userId/tasks", async () => ["task"]);
    await app.ready();
    return (request: IncomingMessage, response: ServerResponse) => app.routing(request, response);
  },
  express({ origin, verifier, exposed }: ApiOptions): RequestListener {
    const app = express();
    app.use(
      cors({
        origin,
        methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allowedHeaders: ["authorization", "content-type"],
        exposedHeaders: exposed,
        maxAge: 600,
      }),
    );
    app.use(usherExpress({ verifier, ownerParam: "userId" }));
    app.delete("/api/:userId/tasks", (_request, response) => void response.json(["task"]));
    return app;
  },
  hono({ origin, verifier, exposed }: ApiOptions): RequestListener {
    const open = new Hono();
    open.use(
      honoCors({
        origin,
        allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allowHeaders: ["authorization", "content-type"],
        exposeHeaders: exposed,
        maxAge: 600,
      }),
    );
    const app = usherHono(open, { verifier, ownerParam: "userId" });
    app.delete("/api/:userId/tasks", (c) => c.json(["task"]));
    return getRequestListener(app.fetch);
  },
};
