import type { FastifyInstance } from "fastify";

/** How long running requests may take to finish, in milliseconds. */
const timeout = 10_000;

/** Accepts no new connection, lets running requests finish for up to 10 seconds, and closes the app. */
export async function closeGracefully(app: FastifyInstance): Promise<void> {
  // Without this, a client that keeps its connection open after its last response would delay the close.
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50);
  const closeAll = setTimeout(() => app.server.closeAllConnections(), timeout);
  await app.close();
  clearInterval(closeIdle);
  clearTimeout(closeAll);
}
