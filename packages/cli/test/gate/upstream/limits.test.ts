import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const post = "POST / HTTP/1.1\r\nHost: gate\r\n";

test("a stated length beyond maxRequestBytes is a 413 at once, and the connection goes on", async () => {
  const backend = await startRawBackend((socket) => socket.write(ok));
  const gate = await startGate(backend.url, { maxRequestBytes: 10 });
  const client = await rawClient(gate.port);
  client.write(`${post}Content-Length: 11\r\n\r\n`);
  // Nothing of the body has been sent yet.
  expect(await client.until("payload_too_large")).toMatch(/^HTTP\/1\.1 413 /);
  expect(backend.sockets).toHaveLength(0);
  client.write("hello worldGET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  await client.until("\r\n\r\nok");
  expect(await gate.outcome()).toMatchObject({ status: 413, problem: "payload_too_large" });
});

test("a body of exactly maxRequestBytes passes", async () => {
  const backend = await startBackend((request, response) => void request.pipe(response));
  const gate = await startGate(backend, { maxRequestBytes: 10 });
  for (const headers of [{ "content-length": "10" }, { "transfer-encoding": "chunked" }]) {
    const body = headers["content-length"] ? "0123456789" : new Blob(["0123456789"]).stream();
    const response = await fetch(gate.url, { method: "POST", body, duplex: "half" });
    expect(await response.text()).toBe("0123456789");
  }
});

test("chunks beyond maxRequestBytes are a 413, and never look complete to the backend", async () => {
  let received = "";
  const closed = Promise.withResolvers<void>();
  const backend = await startRawBackend((socket, head) => {
    received += head;
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.on("close", () => closed.resolve());
  });
  const gate = await startGate(backend.url, { maxRequestBytes: 10 });
  const client = await rawClient(gate.port);
  client.write(`${post}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  while (!received.includes("hello")) await delay(5);
  client.write("6\r\n world\r\n0\r\n\r\n");
  expect(await client.until("payload_too_large")).toMatch(/^HTTP\/1\.1 413 /);
  await closed.promise;
  expect(received).not.toMatch(/world|\r\n0\r\n/);
});

test("100 Continue is sent when the backend takes the body, not before", async () => {
  const backend = await startBackend((request, response) => void request.pipe(response));
  const gate = await startGate(backend, { maxRequestBytes: 10 });
  const client = await rawClient(gate.port);
  client.write(`${post}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
  expect(await client.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  client.write("hello");
  expect(await client.until("hello")).toMatch(/HTTP\/1\.1 200 OK/);
});

test("a body that will not be taken is not asked for", async () => {
  const gate = await startGate("http://127.0.0.1:1", { maxRequestBytes: 10 });
  for (const [length, status] of [
    [11, 413],
    [10, 502],
  ]) {
    const client = await rawClient(gate.port);
    client.write(`${post}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`);
    const { text } = await client.closed();
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/connection: close/i);
  }
});

test("a client that stops in the middle of its upload is a 408 after idleTimeout", async () => {
  const closed = Promise.withResolvers<void>();
  const backend = await startRawBackend((socket) => socket.on("close", () => closed.resolve()));
  const gate = await startGate(backend.url, { timeout: 600_000, idleTimeout: 300 });
  const client = await rawClient(gate.port);
  client.write(`${post}Content-Length: 100\r\n\r\nhalf`);
  const { text } = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 408 .*connection: close.*request_timeout/is);
  await closed.promise;
  expect(await gate.outcome()).toMatchObject({ status: 408, problem: "request_timeout" });
});

test("an upload may take longer than timeout, which begins again with each part and at its end", async () => {
  const backend = await startBackend((request, response) => {
    request.resume().on("end", () => response.end("done"));
  });
  const gate = await startGate(backend, { timeout: 2000, idleTimeout: 20_000 });
  const client = await rawClient(gate.port);
  client.write(`${post}Content-Length: 8\r\n\r\n`);
  for (let count = 0; count < 8; count += 1) {
    client.write("x");
    await delay(300);
  }
  expect(await client.until("done")).toMatch(/^HTTP\/1\.1 200 /);
});

test("a backend that neither answers nor takes the upload is a 504", async () => {
  const backend = await startRawBackend((socket) => socket.pause());
  const gate = await startGate(backend.url, { timeout: 300, idleTimeout: 20_000 });
  const client = await rawClient(gate.port);
  client.write(`${post}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const write = () => {
    while (!client.socket.destroyed && client.socket.write(chunk));
  };
  client.socket.on("drain", write);
  write();
  expect(await client.until("api_timeout")).toMatch(/^HTTP\/1\.1 504 /);
});
