import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config.ts";

/**
 * Listens, and prints `api listening on <url>` whatever the log level: `npm start` and others wait for that
 * line.
 */
export async function listen(app: FastifyInstance, { host, port, logLevel }: Config): Promise<void> {
  await app.listen({ host, port, listenTextResolver: () => `api listening on ${urlOf(app, host)}` });
  if (!["trace", "debug", "info"].includes(logLevel))
    process.stdout.write(`api listening on ${urlOf(app, host)}\n`);
}

/** A URL that a person can open: loopback and "all interfaces" are shown as localhost. */
function urlOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const local = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"].includes(host);
  return `http://${local ? "localhost" : host}:${port}`;
}
