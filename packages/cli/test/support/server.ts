import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** Starts a server on a free port. It stops when the test ends. */
export async function startServer(
  listenerAt: (url: string) => RequestListener | Promise<RequestListener>,
  options: { maxHeaderSize?: number } = {},
): Promise<string> {
  const server: Server = createServer(options);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  // Another server may get this port later, so no connection is kept alive.
  server.on("request", (_request, response) => {
    response.shouldKeepAlive = false;
  });
  server.on("request", await listenerAt(url));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return url;
}

/** A URL where nothing listens. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://localhost:${port}`;
}
