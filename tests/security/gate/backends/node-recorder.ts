import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Arrivals, type Recorder } from "./recording.ts";

/** A server of node:http. It is as tolerant as Node can be, so that more attacks would succeed. */
export async function startNodeRecorder(): Promise<Recorder> {
  const arrivals = new Arrivals();
  const server = createServer({ insecureHTTPParser: true, requireHostHeader: false }, (request, response) => {
    const headers = pairs(request.rawHeaders);
    const trailers: [name: string, value: string][] = [];
    const recording = {
      method: request.method ?? "",
      target: request.url ?? "",
      headers,
      trailers,
      body: "",
    };
    arrivals.add(recording);
    request.setEncoding("latin1");
    request.on("data", (text: string) => {
      recording.body += text;
    });
    request.on("error", () => undefined);
    request.on("end", () => {
      trailers.push(...pairs(request.rawTrailers));
      response.setHeader("content-type", "text/plain");
      response.end(`recorded ${recording.target}`);
    });
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  // Without a listener, Node answers by itself, and nothing would be recorded.
  server.on("checkContinue", (request, response) => {
    response.writeContinue();
    server.emit("request", request, response);
  });
  server.on("upgrade", (request, socket) => {
    arrivals.add({
      method: request.method ?? "",
      target: request.url ?? "",
      headers: pairs(request.rawHeaders),
      body: "",
    });
    socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    before: (mark) => arrivals.before(mark),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function pairs(raw: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    raw[2 * index] as string,
    raw[2 * index + 1] as string,
  ]);
}
