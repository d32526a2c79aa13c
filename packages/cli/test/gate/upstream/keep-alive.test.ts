import { expect, test } from "vitest";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { startGate } from "./support/gate.ts";
import { send } from "./support/requests.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/** A response after which the connection is kept for longer than any pause of the test. */
const okAndKept = ok.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=30\r\n\r\n");

test("a connection is used again", async () => {
  const backend = await startRawBackend((socket) => socket.write(okAndKept));
  const gate = await startGate(backend.url);
  for (let count = 0; count < 5; count += 1) expect((await send(gate.url)).body).toBe("ok");
  expect(backend.sockets).toHaveLength(1);
});

/** Answers the first request of the first connection, and closes it when the second one arrives. */
const stale = () =>
  startRawBackend((socket, _received, connection) => {
    if (connection > 1 || socket.bytesWritten === 0) socket.write(okAndKept);
    else socket.destroy();
  });

for (const method of ["GET", "HEAD"])
  test(`a ${method} on a connection that the backend has closed is sent once more, on a new one`, async () => {
    const backend = await stale();
    const gate = await startGate(backend.url);
    await send(gate.url);
    const response = await send(gate.url, { method });
    expect(response.status).toBe(200);
    expect(backend.sockets).toHaveLength(2);
    await gate.outcome();
    expect(await gate.outcome()).toMatchObject({ status: 200, end: "complete", wasRetried: true });
  });

test("the new connection is not another one that was kept", async () => {
  const waiting: (() => void)[] = [];
  const backend = await startRawBackend((socket, _received, connection) => {
    if (connection > 2) socket.write(okAndKept);
    else if (socket.bytesWritten > 0) socket.destroy();
    else waiting.push(() => socket.write(okAndKept));
    if (waiting.length === 2) for (const answer of waiting.splice(0)) answer();
  });
  const gate = await startGate(backend.url);
  await Promise.all([send(gate.url), send(gate.url)]);
  expect((await send(gate.url)).status).toBe(200);
  expect(backend.sockets).toHaveLength(3);
});

test("a request is not sent a third time", async () => {
  const backend = await startRawBackend((socket) => socket.destroy());
  const gate = await startGate(backend.url);
  expect((await send(gate.url)).status).toBe(502);
  expect(backend.sockets).toHaveLength(2);
  expect(await gate.outcome()).toMatchObject({ problem: "api_unavailable", wasRetried: true });
});

for (const [name, sent] of [
  ["a POST", { method: "POST", body: "x" }],
  ["a DELETE", { method: "DELETE" }],
  ["a GET with a body", { method: "GET", body: "x", headers: { "content-length": "1" } }],
] as const)
  test(`${name} is never sent twice`, async () => {
    const backend = await stale();
    const gate = await startGate(backend.url);
    await send(gate.url);
    expect((await send(gate.url, sent)).status).toBe(502);
    expect(backend.sockets).toHaveLength(1);
  });

test("a response of which a byte has come is not asked for again", async () => {
  const backend = await startRawBackend((socket, _received, connection) => {
    if (connection > 1 || socket.bytesWritten === 0) socket.write(okAndKept);
    else socket.end("HTTP/1.1 2");
  });
  const gate = await startGate(backend.url);
  await send(gate.url);
  expect((await send(gate.url)).status).toBe(502);
  expect(backend.sockets).toHaveLength(1);
});

test("an idle connection is closed before backends that keep it for a second close it", async () => {
  const closed = Promise.withResolvers<void>();
  const backend = await startRawBackend((socket) => {
    socket.on("end", () => closed.resolve());
    socket.write(ok);
  });
  const gate = await startGate(backend.url);
  await send(gate.url);
  // The backend closes nothing: this ends only if the gate does.
  await closed.promise;
});

test("a backend that says how long it keeps connections is believed, less a second", async () => {
  const backend = await startRawBackend((socket) =>
    socket.write(ok.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1\r\n\r\n")),
  );
  const gate = await startGate(backend.url);
  await send(gate.url);
  await send(gate.url);
  expect(backend.sockets).toHaveLength(2);
});

test("a backend that closes every connection is answered well every time", async () => {
  const backend = await startBackend((_request, response) => {
    response.setHeader("connection", "close");
    response.end("ok");
  });
  const gate = await startGate(backend);
  const sent = Array.from({ length: 15 }, () => send(gate.url, { method: "POST", body: "x" }));
  for (const response of await Promise.all(sent)) expect(response.status).toBe(200);
});

test("what a backend sends after its response is not taken for the next one", async () => {
  const backend = await startRawBackend((socket, _received, connection) => {
    if (connection > 1) socket.write(ok);
    else socket.write(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged`);
  });
  const gate = await startGate(backend.url);
  for (let count = 0; count < 3; count += 1) expect((await send(gate.url)).body).toBe("ok");
});
