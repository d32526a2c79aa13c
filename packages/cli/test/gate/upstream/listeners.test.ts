import { Agent, request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { startGate } from "./support/gate.ts";

test("listeners are gone from a connection when its requests are answered", async () => {
  const backend = await startBackend((incoming, response) => {
    incoming.resume().on("end", () => response.end("ok"));
  });
  const counts: number[] = [];
  const gate = await startGate(backend, {
    onRequest: ({ socket }) => {
      const names = socket.eventNames();
      counts.push(names.reduce((sum, name) => sum + socket.listenerCount(name), 0));
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  for (let count = 0; count < 20; count += 1)
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(gate.url, { agent, method: "POST" }, (response) =>
        response.resume().on("end", resolve),
      );
      outgoing.on("error", reject).end("body");
    });
  expect(new Set(counts.slice(1)).size).toBe(1);
});
