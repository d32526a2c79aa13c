import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Prepares the end of a server.
 *
 * @param timeout Milliseconds for running requests and open WebSockets.
 * @returns Closes the port, waits for the connections to end, and ends the rest at the timeout.
 */
export function closeGracefully(server: Server, timeout: number): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let closed: Promise<void> | undefined;

  return () => {
    closed ??= new Promise((resolve) => {
      // Without this, a client that keeps its connection open after its response would delay the end.
      const closeIdle = setInterval(() => server.closeIdleConnections(), 50);
      const closeAll = setTimeout(() => {
        // WebSockets, and connections that wait for their client to close, are not among the server's own.
        for (const socket of sockets) socket.destroy();
      }, timeout);
      server.close(() => {
        clearInterval(closeIdle);
        clearTimeout(closeAll);
        resolve();
      });
    });
    return closed;
  };
}
