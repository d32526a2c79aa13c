import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

const post = "POST / HTTP/1.1\r\nHost: gate\r\n";
const tooLarge = "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 7\r\n\r\nrefused";

for (const [name, end] of [
  ["keeps its connection", false],
  ["closes its connection", true],
] as const)
  test(`a response in the middle of an upload arrives, also if the backend ${name}`, async () => {
    const backend = await startRawBackend((socket, head) => {
      if (head.startsWith("GET")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
      else if (end) socket.end(tooLarge);
      else socket.write(tooLarge);
    });
    const gate = await startGate(backend.url);
    const client = await rawClient(gate.port);
    client.write(`${post}Content-Length: 300000\r\n\r\n${"x".repeat(100_000)}`);
    expect(await client.until("refused")).toMatch(/^HTTP\/1\.1 413 /);
    expect(await gate.outcome()).toMatchObject({ status: 413, end: "complete" });
    // The rest is read and discarded, and the next request is read after it.
    client.write("x".repeat(200_000));
    client.write("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
    await client.until("next");
  });

test("a response that comes before a chunked upload ends is followed by the next request, too", async () => {
  const backend = await startRawBackend((socket, head) => {
    if (head.startsWith("GET")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
    else socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n0\r\n\r\n");
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(`${post}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  await client.until("0\r\n\r\n");
  client.write("5\r\nworld\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  await client.until("next");
});

test("a client that asked for the connection to be closed has the response before it is", async () => {
  const backend = await startRawBackend((socket) => socket.write(tooLarge));
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(`${post}Connection: close\r\nContent-Length: 1000000\r\n\r\n`);
  // It reads only when it has sent everything. Closing the connection under it would reset it.
  client.socket.pause();
  for (let count = 0; count < 10; count += 1) {
    client.write("x".repeat(100_000));
    await delay(10);
  }
  client.socket.resume();
  const { text, error } = await client.closed();
  expect(text).toMatch(/^HTTP\/1\.1 413 .*refused$/s);
  expect(error).toBeUndefined();
});

test("a client that never sends the rest is closed after idleTimeout", async () => {
  const backend = await startRawBackend((socket) => socket.write(tooLarge));
  const gate = await startGate(backend.url, { idleTimeout: 300 });
  const client = await rawClient(gate.port);
  client.write(`${post}Content-Length: 1000\r\n\r\nx`);
  expect((await client.closed()).text).toMatch(/refused$/);
  expect(await gate.outcome()).toMatchObject({ status: 413, end: "complete" });
});

test("a response may begin before the upload has ended, and both go on", async () => {
  const backend = await startBackend((request, response) => {
    response.flushHeaders();
    request.pipe(response);
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write(`${post}Transfer-Encoding: chunked\r\n\r\n`);
  for (const word of ["one", "two", "six"]) {
    client.write(`3\r\n${word}\r\n`);
    await client.until(word);
  }
  client.write("0\r\n\r\n");
  await client.until("0\r\n\r\n");
  expect(await gate.outcome()).toMatchObject({ status: 200, end: "complete" });
});
