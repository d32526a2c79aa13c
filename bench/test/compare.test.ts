import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { estimate } from "../src/compare/interval.ts";
import { openLoad } from "../src/compare/load.ts";

describe("estimate", () => {
  it.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [15, 4, 12],
    [25, 8, 18],
  ])("of %i values lies between the one at %i and the one at %i", (count, low, high) => {
    const values = Array.from({ length: count }, (_, index) => count - index);
    expect(estimate(values)).toEqual({ median: (count + 1) / 2, low, high });
  });

  it("needs six values", () => {
    expect(() => estimate([1, 2, 3, 4, 5])).toThrow("six");
  });
});

describe("openLoad", () => {
  /** A server that answers with this status, and the paths that it was asked for. */
  async function startServer(status: number) {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? "");
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, paths };
  }

  const requests = ["/a", "/b"].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

  it("sends the requests in turn until so many are answered", async () => {
    const { port, paths } = await startServer(200);
    const load = await openLoad(port, requests);
    onTestFinished(load.close);
    await load.send(100);
    expect(paths).toHaveLength(100);
    expect(paths.filter((path) => path === "/a")).toHaveLength(50);
    await load.send(100);
    expect(paths).toHaveLength(200);
  });

  it("rejects where a request is not answered with a 200", async () => {
    const { port } = await startServer(401);
    const load = await openLoad(port, requests);
    onTestFinished(load.close);
    await expect(load.send(10)).rejects.toThrow("401");
  });
});
