import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server on a free port of this machine, gone when the test is over. */
export async function startServer(
  listenerAt: (url: string) => RequestListener | Promise<RequestListener>,
  options: { maxHeaderSize?: number } = {},
): Promise<string> {
  const server: Server = createServer(options);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  // The next server may get this one's port: no client shall keep a connection to it for later.
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

/** An address where nothing listens any more. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://localhost:${port}`;
}
