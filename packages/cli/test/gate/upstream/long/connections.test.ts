import { Agent, request, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startBackend } from "../support/backend.ts";
import { rawClient } from "../support/client.ts";
import { startGate } from "../support/gate.ts";
import { send } from "../support/requests.ts";

test("10,000 small requests need no more connections to the backend than there are at once", {
  timeout: 300_000,
}, async () => {
  const connections = new Set<object>();
  const backend = await startBackend((incoming, response) => {
    connections.add(incoming.socket);
    response.end("ok");
  });
  const gate = await startGate(backend);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  onTestFinished(() => agent.destroy());
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const outgoing = request(gate.url, { agent }, (response) => response.resume().on("end", resolve));
      outgoing.on("error", reject).end();
    });
  const worker = async () => {
    for (let count = 0; count < 1000; count += 1) await one();
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  expect(gate.outcomes.filter(({ end }) => end === "complete")).toHaveLength(10_000);
  // A slow machine may let one idle for half a second now and then.
  expect(connections.size).toBeLessThan(200);
});

test("200 open streams hold nobody up", async () => {
  const streams = new Set<ServerResponse>();
  const backend = await startBackend((request, response) => {
    if (request.url !== "/stream") return void response.end("ok");
    streams.add(response);
    response.on("close", () => streams.delete(response));
    response.write("open");
  });
  const gate = await startGate(backend);
  const clients = await Promise.all(Array.from({ length: 200 }, () => rawClient(gate.port)));
  for (const client of clients) client.write("GET /stream HTTP/1.1\r\nHost: gate\r\n\r\n");
  await Promise.all(clients.map((client) => client.until("open")));
  for (let count = 0; count < 20; count += 1) expect((await send(gate.url)).body).toBe("ok");
  expect(streams.size).toBe(200);
  for (const client of clients) client.socket.destroy();
  while (streams.size > 0) await delay(5);
});
