import { createServer as createHttpServer, type RequestListener, type ServerOptions } from "node:http";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { listen } from "./gate.ts";

/** A backend of node:http. It stops when the test ends. */
export async function startBackend(listener: RequestListener, options: ServerOptions = {}): Promise<string> {
  const server = createHttpServer({ requestTimeout: 0, ...options }, listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${port}`;
}

/** A backend that writes its responses byte by byte. */
export interface RawBackend {
  readonly url: string;
  /** All connections that were made. */
  readonly sockets: readonly Socket[];
}

/**
 * Starts a backend of raw sockets. It stops when the test ends.
 *
 * @param onHead Called when the head of a request is complete, with everything that has come on the
 *   connection.
 */
export async function startRawBackend(
  onHead: (socket: Socket, received: string, count: number) => void,
): Promise<RawBackend> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const count = sockets.length;
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!received.includes("\r\n\r\n")) return;
      const head = received;
      received = "";
      onHead(socket, head, count);
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${port}`, sockets };
}
