import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";
import { send } from "./support/requests.ts";

test("the head of a response arrives before there is a body, and each event as it is sent", async () => {
  let stream: Writable | undefined;
  const backend = await startBackend((request, response) => {
    if (request.url === "/stream") {
      stream = response;
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    } else {
      stream?.write(`data: ${request.url}\n\n`);
      response.end();
    }
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("GET /stream HTTP/1.1\r\nHost: gate\r\n\r\n");
  await client.until("text/event-stream");
  // The backend sends each one only when asked to, so the one before has arrived without it.
  for (const name of ["/one", "/two", "/six"]) {
    await send(gate.url + name);
    await client.until(`data: ${name}`);
  }
});

test("an upload that has begun is seen by the backend", async () => {
  const first = Promise.withResolvers<void>();
  const backend = await startBackend((request, response) => {
    request.once("data", () => first.resolve());
    request.on("end", () => response.end("ok"));
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: 10\r\n\r\nfirst");
  await first.promise;
  client.write(" last");
  await client.until("ok");
});

const chunk = Buffer.alloc(65_536, "x");
const total = 400 * chunk.length;
/** Far more than the buffers of three processes' sockets, and far less than everything. */
const most = 18_000_000;

/** Writes everything as far as the other side takes it, and counts. */
function writeAll(stream: Writable, end: () => void): { readonly bytes: number } {
  const count = { bytes: 0 };
  const write = () => {
    while (count.bytes < total) {
      count.bytes += chunk.length;
      if (!stream.write(chunk)) return;
    }
    end();
  };
  stream.on("drain", write);
  write();
  return count;
}

/** Waits until a count has not changed for a while. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1; ; ) {
    const now = count();
    if (now === last && now > 0) return now;
    last = now;
    await delay(200);
  }
}

test("a client that does not read holds the backend up, and gets everything in the end", async () => {
  let sent: { readonly bytes: number } = { bytes: 0 };
  const backend = await startBackend((_request, response) => {
    sent = writeAll(response, () => response.end());
  });
  const gate = await startGate(backend);
  const response = await fetch(gate.url);
  expect(await settled(() => sent.bytes)).toBeLessThan(most);
  let received = 0;
  for await (const part of response.body as ReadableStream<Uint8Array>) received += part.length;
  expect(received).toBe(total);
});

test("a backend that does not read holds the client up, and gets everything in the end", async () => {
  const go = Promise.withResolvers<void>();
  let received = 0;
  const backend = await startBackend(async (request, response) => {
    await go.promise;
    for await (const part of request) received += part.length;
    response.end("ok");
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write(`POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: ${total}\r\n\r\n`);
  const sent = writeAll(client.socket, () => {});
  expect(await settled(() => sent.bytes)).toBeLessThan(most);
  go.resolve();
  await client.until("ok");
  expect(received).toBe(total);
});
