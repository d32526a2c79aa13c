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
] as const) {
  const start = () =>
    startRawBackend((socket, head) => {
      if (head.startsWith("GET")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
      else if (end) socket.end(tooLarge);
      else socket.write(tooLarge);
    });

  test(`a response in the middle of a small upload is followed by the next one, if the backend ${name}`, async () => {
    const backend = await start();
    const gate = await startGate(backend.url);
    const client = await rawClient(gate.port);
    client.write(`${post}Content-Length: 30000\r\n\r\n${"x".repeat(10_000)}`);
    expect(await client.until("refused")).toMatch(/^HTTP\/1\.1 413 /);
    expect(await gate.outcome()).toMatchObject({ status: 413, end: "complete" });
    // The rest is read and discarded, and the next request is read after it.
    client.write(`${"x".repeat(20_000)}GET / HTTP/1.1\r\nHost: gate\r\n\r\n`);
    await client.until("next");
  });

  test(`a response in the middle of a large upload arrives before the end, if the backend ${name}`, async () => {
    const backend = await start();
    const gate = await startGate(backend.url);
    const client = await rawClient(gate.port);
    client.write(`${post}Content-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`);
    await client.until("refused");
    client.write("x".repeat(900_000));
    client.socket.end();
    const { text, error } = await client.closed();
    expect(text).toMatch(/^HTTP\/1\.1 413 .*refused$/s);
    expect(error).toBeUndefined();
  });
}

test("a whole upload of which the backend reads nothing is followed by the next request", async () => {
  let isFirst = true;
  const backend = await startRawBackend((socket, head) => {
    if (head.startsWith("GET")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
    else if (isFirst) {
      isFirst = false;
      socket.pause();
      setTimeout(() => socket.end(tooLarge), 100);
    }
  });
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(`${post}Content-Length: 60000\r\n\r\n${"x".repeat(60_000)}`);
  await client.until("refused");
  client.write("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
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
