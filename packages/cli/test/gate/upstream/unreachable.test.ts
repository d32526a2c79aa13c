import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { closedUrl } from "../../support/server.ts";
import { startBackend, startRawBackend } from "./support/backend.ts";
import { listen, startGate, type TestGateOptions } from "./support/gate.ts";
import { startHttpsBackend } from "./support/https-backend.ts";
import { send } from "./support/requests.ts";

const added = { "access-control-allow-origin": "https://app.example" };

async function expectProblem(
  url: string,
  status: number,
  code: string,
  cause: RegExp,
  options: TestGateOptions = {},
): Promise<void> {
  const gate = await startGate(url, { added, ...options });
  const response = await send(gate.url);
  expect(response.status).toBe(status);
  expect(response.headers["content-type"]).toBe("application/problem+json");
  expect(response.headers["access-control-allow-origin"]).toBe("https://app.example");
  expect(JSON.parse(response.body)).toMatchObject({ code, status });
  const outcome = await gate.outcome();
  expect(outcome).toMatchObject({ status, end: "complete", problem: code, wasRetried: false });
  expect(outcome.cause).toMatch(cause);
}

test("a backend that refuses connections is a 502", async () => {
  await expectProblem(await closedUrl(), 502, "api_unavailable", /ECONNREFUSED/);
});

test("a host that does not exist is a 502", async () => {
  await expectProblem("http://usher.invalid", 502, "api_unavailable", /ENOTFOUND|EAI_AGAIN/);
});

test("a backend that does not speak TLS is a 502", async () => {
  const backend = await startBackend((_request, response) => response.end());
  await expectProblem(backend.replace("http:", "https:"), 502, "api_unavailable", /SSL|EPROTO|ECONNRESET/);
});

test("a certificate that nobody knows is a 502", async () => {
  const { url } = await startHttpsBackend();
  await expectProblem(url, 502, "api_unavailable", /SELF_SIGNED/);
});

test("a backend that closes the connection before it answers is a 502, and is not asked twice for a POST", async () => {
  const backend = await startRawBackend((socket) => socket.destroy());
  const gate = await startGate(backend.url);
  const response = await send(gate.url, { method: "POST", body: "x" });
  expect(response.status).toBe(502);
  expect(await gate.outcome()).toMatchObject({ problem: "api_unavailable", wasRetried: false });
  expect(backend.sockets).toHaveLength(1);
});

test("a backend that resets the connection before it answers is a 502", async () => {
  const backend = await startRawBackend((socket) => socket.resetAndDestroy());
  const gate = await startGate(backend.url);
  const response = await send(gate.url, { method: "DELETE" });
  expect(response.status).toBe(502);
  expect((await gate.outcome()).cause).toMatch(/ECONNRESET|closed/);
});

test("a backend that closes the connection in the middle of the head is a 502", async () => {
  const backend = await startRawBackend((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Le"));
  const gate = await startGate(backend.url);
  expect((await send(gate.url)).status).toBe(502);
  // A byte had come, so it is not known what the backend has done.
  expect(await gate.outcome()).toMatchObject({ problem: "api_unavailable", wasRetried: false });
});

test("a backend that accepts and says nothing is a 504, and learns that nobody waits", async () => {
  const closed = Promise.withResolvers<void>();
  const backend = await startRawBackend((socket) => socket.on("close", () => closed.resolve()));
  const gate = await startGate(backend.url, { timeout: 100 });
  const response = await send(gate.url);
  expect(response.status).toBe(504);
  expect(JSON.parse(response.body)).toMatchObject({ code: "api_timeout" });
  expect(await gate.outcome()).toMatchObject({ status: 504, problem: "api_timeout" });
  await closed.promise;
});

test("a head that comes one header at a time is a 504", async () => {
  const backend = await startRawBackend((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const timer = setInterval(() => socket.write("x: y\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  const gate = await startGate(backend.url, { timeout: 300 });
  expect((await send(gate.url)).status).toBe(504);
});

test("a connection that is never made is a 504", async () => {
  // TLS that is never answered: the connection is not made before the handshake is done.
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await expectProblem(`https://127.0.0.1:${port}`, 504, "api_timeout", /./, { timeout: 200 });
});
