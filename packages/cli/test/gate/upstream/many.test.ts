import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";
import { send } from "./support/requests.ts";

// With larger numbers in long/connections.test.ts.
test("open streams hold nobody up", async () => {
  const streams: ServerResponse[] = [];
  const backend = await startBackend((request, response) => {
    if (request.url !== "/stream") return void response.end("ok");
    streams.push(response);
    response.write("open");
  });
  const gate = await startGate(backend);
  for (let count = 0; count < 20; count += 1) {
    const client = await rawClient(gate.port);
    client.write("GET /stream HTTP/1.1\r\nHost: gate\r\n\r\n");
    await client.until("open");
  }
  expect((await send(gate.url)).body).toBe("ok");
  expect(streams.filter(({ writable }) => writable)).toHaveLength(20);
});
