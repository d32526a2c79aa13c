import { once } from "node:events";
import type { Server } from "node:http";

/**
 * Waits until an Elysia app listens: its adapter for Node reports it too early, and only its server knows the
 * port.
 */
export async function listen(app: {
  listen(options: object, started: (server: unknown) => void): unknown;
}): Promise<Server> {
  const started = await new Promise<unknown>((resolve) =>
    app.listen({ port: 0, hostname: "127.0.0.1" }, resolve),
  );
  const { server } = (started as { raw: { node: { server: Server } } }).raw.node;
  if (!server.listening) await once(server, "listening");
  return server;
}
