import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server with one JWKS. */
export interface JwksServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The path of Better Auth's JWKS. */
const path = "/api/auth/jwks";

/**
 * Serves the current key set on a free port of the loopback interface.
 *
 * Neither the server nor its connections keep the process alive: a test run that forgets to close it still
 * ends.
 */
export async function serveJwks(read: () => unknown): Promise<JwksServer> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== path) return response.writeHead(404).end();
    return response.setHeader("content-type", "application/json").end(JSON.stringify(read()));
  });
  server.on("connection", (socket) => socket.unref());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, close: () => close(server) };
}

/** Also closes kept-alive connections. Closing twice is not an error. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
