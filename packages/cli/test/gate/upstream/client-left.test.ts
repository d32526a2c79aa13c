import { expect, test } from "vitest";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

test("a client that leaves before the response ends the backend's request", async () => {
  const arrived = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const backend = await startBackend((request) => {
    request.socket.on("close", () => closed.resolve());
    arrived.resolve();
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  await arrived.promise;
  client.socket.destroy();
  await closed.promise;
  expect(await gate.outcome()).toEqual({ end: "client_left", wasRetried: false });
});

test("a client that leaves in the middle of a response ends the backend's request", async () => {
  const closed = Promise.withResolvers<void>();
  const backend = await startBackend((_request, response) => {
    response.on("close", () => closed.resolve());
    response.write("first");
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  await client.until("first");
  client.socket.destroy();
  await closed.promise;
  expect(await gate.outcome()).toMatchObject({ status: 200, end: "client_left" });
});

for (const [framing, head, part] of [
  ["a length", "Content-Length: 100", "half"],
  ["chunks", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"],
] as const)
  test(`an upload with ${framing} that breaks off never looks complete`, async () => {
    const received = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<string>();
    let all = "";
    const backend = await startRawBackend((socket, first) => {
      all += first;
      const look = () => all.includes("half") && received.resolve();
      socket.on("data", (chunk) => {
        all += chunk.toString("latin1");
        look();
      });
      socket.on("close", () => closed.resolve(all));
      look();
    });
    const gate = await startGate(backend.url);
    const client = await rawClient(gate.port);
    client.write(`POST / HTTP/1.1\r\nHost: gate\r\n${head}\r\n\r\n${part}`);
    await received.promise;
    client.socket.destroy();
    expect(await closed.promise).not.toMatch(/\r\n0\r\n/);
    expect(await gate.outcome()).toMatchObject({ end: "client_left" });
  });

test("a client that leaves while another request of its connection is answered is noticed for both", async () => {
  const left: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let count = 0;
  const backend = await startBackend((request) => {
    count += 1;
    if (count === 2) arrived.resolve();
    request.socket.on("close", () => {
      left.push(String(request.url));
      if (left.length === 2) closed.resolve();
    });
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  client.write("GET /a HTTP/1.1\r\nHost: gate\r\n\r\nGET /b HTTP/1.1\r\nHost: gate\r\n\r\n");
  await arrived.promise;
  client.socket.destroy();
  await closed.promise;
  expect(left.sort()).toEqual(["/a", "/b"]);
  expect(await gate.outcome()).toMatchObject({ end: "client_left" });
  expect(await gate.outcome()).toMatchObject({ end: "client_left" });
});

test("a client that has left before its request is sent leaves no trace at the backend", async () => {
  const backend = await startRawBackend(() => {});
  const gate = await startGate(backend.url, {
    onRequest: (request, response) =>
      new Promise((resolve) => {
        response.on("close", resolve);
        request.socket.destroy();
      }),
  });
  const client = await rawClient(gate.port);
  client.write("POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: 4\r\n\r\nbody");
  await client.closed();
  expect(await gate.outcome()).toMatchObject({ end: "client_left" });
  expect(backend.sockets).toHaveLength(0);
});
