import type { Server } from "node:http";
import httpProxy from "@fastify/http-proxy";
import fastify from "fastify";

/** Fastify's own proxy, which checks nothing either. */
export async function fastifyProxy(upstream: string): Promise<Server> {
  const app = fastify();
  await app.register(httpProxy, { upstream });
  await app.ready();
  return app.server;
}
