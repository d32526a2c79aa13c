import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

const get = "GET / HTTP/1.1\r\nHost: gate\r\n\r\n";

test("a response with a length that ends early is cut", async () => {
  const backend = await startRawBackend((socket) =>
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
  );
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(get);
  const { text } = await client.closed();
  expect(text).toMatch(/content-length: 100/);
  expect(text).toMatch(/half$/);
  expect(await gate.outcome()).toMatchObject({ status: 200, end: "cut", problem: "api_unavailable" });
});

test("a chunked response that ends early is cut: its last chunk never comes", async () => {
  const backend = await startRawBackend((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    setTimeout(() => socket.destroy(), 50);
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(get);
  const { text } = await client.closed();
  expect(text).toMatch(/\r\n4\r\nhalf\r\n$/);
  expect(await gate.outcome()).toMatchObject({ end: "cut", problem: "api_unavailable" });
});

test("a response that is cut behind another one ends the connection after that one", async () => {
  const broken = Promise.withResolvers<void>();
  const backend = await startRawBackend(async (socket, head) => {
    if (head.startsWith("GET /first")) {
      await broken.promise;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
      return;
    }
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    setTimeout(() => socket.resetAndDestroy(), 50);
    setTimeout(broken.resolve, 200);
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(`${get.replace("/", "/first")}${get}${get}`);
  const { text, error } = await client.closed();
  expect(text).toMatch(/first$/);
  expect(error).toBeUndefined();
  for (let count = 0; count < 3; count++) await gate.outcome();
  expect(gate.outcomes.filter(({ end }) => end === "cut")).toHaveLength(2);
});

test("a chunk that is not well formed cuts the response", async () => {
  const backend = await startRawBackend((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    setTimeout(() => socket.write("zz\r\n"), 50);
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(get);
  expect((await client.closed()).text).not.toMatch(/\r\n0\r\n/);
  expect(await gate.outcome()).toMatchObject({ end: "cut" });
});

test("a client of HTTP/1.0 learns of a cut by a reset", async () => {
  const backend = await startRawBackend((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    setTimeout(() => socket.destroy(), 50);
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write("GET / HTTP/1.0\r\n\r\n");
  const { text, error } = await client.closed();
  expect(text).not.toMatch(/transfer-encoding/i);
  expect(error).toBe("ECONNRESET");
});

test("a client of HTTP/1.0 gets a whole response without chunks", async () => {
  const backend = await startBackend((_request, response) => {
    response.write("first,");
    setTimeout(() => response.end("last"), 20);
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("GET / HTTP/1.0\r\n\r\n");
  const { text, error } = await client.closed();
  expect(text).toMatch(/\r\n\r\nfirst,last$/);
  expect(error).toBeUndefined();
});

test("a response that stops is cut after idleTimeout", async () => {
  const backend = await startRawBackend((socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
  );
  const gate = await startGate(backend.url, { idleTimeout: 200 });
  const client = await rawClient(gate.port);
  client.write(get);
  expect((await client.closed()).text).toMatch(/half$/);
  expect(await gate.outcome()).toMatchObject({ status: 200, end: "cut", problem: "api_timeout" });
});

test("comments keep an event stream open beyond idleTimeout", async () => {
  const backend = await startBackend(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let count = 0; count < 9; count += 1) {
      response.write(": keep-alive\n\n");
      await delay(200);
    }
    response.end("data: last\n\n");
  });
  const gate = await startGate(backend, { idleTimeout: 1500 });
  const response = await fetch(gate.url);
  expect(await response.text()).toMatch(/data: last/);
  expect(await gate.outcome()).toMatchObject({ end: "complete" });
});

test("a response that waits behind a longer one is not cut after idleTimeout", async () => {
  const backend = await startBackend(async (request, response) => {
    if (request.url === "/long") {
      for (let count = 0; count < 15; count++) {
        response.write(": event\n");
        await delay(100);
      }
    }
    response.end(`end of ${request.url}`);
  });
  const gate = await startGate(backend, { idleTimeout: 1_000 });
  const client = await rawClient(gate.port);
  client.write(`${get.replace("/", "/long")}${get.replace("/", "/short")}`);
  expect(await client.until("end of /short")).toContain("end of /long");
});

test("a client that does not read its response is cut after idleTimeout", async () => {
  const backend = await startBackend((_request, response) => {
    const chunk = Buffer.alloc(65_536);
    const write = () => {
      while (response.write(chunk));
    };
    response.on("drain", write);
    write();
  });
  const gate = await startGate(backend, { idleTimeout: 300 });
  const client = await rawClient(gate.port);
  client.socket.pause();
  client.write(get);
  expect(await gate.outcome()).toMatchObject({ status: 200, end: "cut", problem: "api_timeout" });
});
