import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A proxy on this machine that answers everything with its own keys: plain requests, and those in tunnels.
 */
export interface LyingProxy {
  readonly url: string;
  /** The number of requests. */
  asked(): number;
}

/** Starts a proxy for one test. */
export async function startLyingProxy(keys: object): Promise<LyingProxy> {
  let asked = 0;
  const body = JSON.stringify(keys);
  const server = createServer((_request, response) => {
    asked++;
    response.setHeader("content-type", "application/json").end(body);
  });
  server.on("connect", (_request, socket) => {
    asked++;
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    socket.once("data", () => {
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}
