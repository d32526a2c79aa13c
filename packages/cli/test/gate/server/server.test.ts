import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { startServer } from "../../../src/gate/server/server.ts";
import { responseTo } from "../../../src/gate/server/upgrades.ts";
import { RawClient, start, testLog } from "./support.ts";

const get = ["GET / HTTP/1.1", "Host: api.example.com"];

test("passes a request on, and answers with its id", async () => {
  const seen: string[] = [];
  const { server } = await start({
    handle: (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end("handled");
    },
  });
  const response = await fetch(`${server.url}/a?b=c`, { headers: { "x-request-id": "from.client-1" } });
  expect(await response.text()).toBe("handled");
  expect(response.headers.get("x-request-id")).toBe("from.client-1");
  expect(seen).toEqual(["GET /a?b=c"]);
  const other = await fetch(server.url, { headers: { "x-request-id": `${"a".repeat(65)}` } });
  expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ["no Host", ["GET / HTTP/1.1"], 400, "bad_request"],
  ["a Host that is none", ["GET / HTTP/1.1", "Host: a/b"], 400, "bad_request"],
  ["HTTP/2.0 in the request line", ["GET / HTTP/2.0", "Host: a"], 400, "bad_request"],
  ["HTTP/0.9 in the request line", ["GET / HTTP/0.9", "Host: a"], 400, "bad_request"],
  ["no HTTP", ["\x16\x03\x01"], 400, "bad_request"],
  ["a space before the colon", [...get, "A : b"], 400, "bad_request"],
  ["a control character in a header", [...get, "A: b\x01c"], 400, "bad_request"],
  ["a folded header", [...get, "A: b", " c"], 400, "bad_request"],
  [
    "both lengths",
    ["POST / HTTP/1.1", "Host: a", "Content-Length: 1", "Transfer-Encoding: chunked"],
    400,
    "bad_request",
  ],
  ["17 KB of headers", [...get, `A: ${"a".repeat(17_000)}`], 431, "headers_too_large"],
  [
    "201 headers",
    [...get, ...Array.from({ length: 200 }, (_, index) => `A${index}: b`)],
    431,
    "headers_too_large",
  ],
  ["9 KB of path", [`GET /${"a".repeat(9_000)} HTTP/1.1`, "Host: a"], 414, "uri_too_long"],
  ["an unknown expectation", [...get, "Expect: a-unicorn"], 417, "expectation_failed"],
  ["CONNECT", ["CONNECT example.com:443 HTTP/1.1", "Host: example.com"], 405, "method_not_allowed"],
  [
    "a WebSocket with a body",
    [...get, "Connection: upgrade", "Upgrade: websocket", "Content-Length: 3"],
    400,
    "bad_request",
  ],
])("refuses %s with a problem, and closes", async (_name, lines, status, code) => {
  const handled: IncomingMessage[] = [];
  const { server, lines: log } = await start({ handle: (request) => void handled.push(request) });
  const client = new RawClient(server.port).head(...lines);
  const [head = "", body = ""] = (await client.closed).split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head.toLowerCase()).toContain("connection: close");
  expect(head.toLowerCase()).toContain("content-type: application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ status, code, type: `urn:usher-auth:error:${code}` });
  expect(handled).toEqual([]);
  expect(log).toMatchObject([{ code, status, level: "info" }]);
});

test("answers a head that takes too long with 408", async () => {
  const { server } = await start({}, { headersTimeout: 50, connectionsCheckingInterval: 20 });
  const client = new RawClient(server.port);
  client.socket.write("GET / HTTP/1.1\r\nHost: a\r\nA:");
  expect(await client.closed).toContain("request_timeout");
});

test("does not limit how long a body takes", async () => {
  const { server } = await start(
    { handle: (request, response) => request.resume().once("end", () => response.end("whole")) },
    { headersTimeout: 50, connectionsCheckingInterval: 20 },
  );
  const client = new RawClient(server.port).head("POST / HTTP/1.1", "Host: a", "Content-Length: 4");
  for (const byte of "body") {
    await new Promise((resolve) => setTimeout(resolve, 60));
    client.socket.write(byte);
  }
  await client.until("whole");
});

test("answers invalid chunks of a request that is being read", async () => {
  const { server } = await start({ handle: (request) => void request.resume() });
  const client = new RawClient(server.port).head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
  client.socket.write("zz\r\n");
  expect(await client.closed).toContain("bad_request");
});

test("writes nothing into a response that has begun", async () => {
  const { server } = await start({
    handle: (request, response) => {
      request.resume();
      response.write("begun");
    },
  });
  const client = new RawClient(server.port).head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
  await client.until("begun");
  client.socket.write("zz\r\n");
  expect((await client.closed).match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test("writes nothing between the responses to a client that does not wait for them", async () => {
  const { server } = await start({
    handle: (request, response) => {
      if (request.url === "/first") response.write("begun");
    },
  });
  const client = new RawClient(server.port).head("GET /first HTTP/1.1", "Host: a");
  client.head("POST /second HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
  await client.until("begun");
  client.socket.write("zz\r\n");
  expect((await client.closed).match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test.each([
  ["an upgrade", ["GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket"]],
  ["CONNECT", ["CONNECT a:443 HTTP/1.1", "Host: a:443"]],
])("does not answer %s before the requests in front of it", async (_name, lines) => {
  const upgraded: string[] = [];
  const { promise: arrived, resolve } = Promise.withResolvers<() => void>();
  const { server } = await start({
    handle: (_request, response) => resolve(() => response.end("the first")),
    upgrade: (request, socket) => {
      upgraded.push(request.url ?? "");
      socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    },
  });
  const client = new RawClient(server.port).head("GET /first HTTP/1.1", "Host: a");
  const finish = await arrived;
  client.head(...lines);
  expect(await client.closed).toBe("");
  finish();
  expect(upgraded).toEqual([]);
});

test("takes an upgrade on a connection whose requests are answered", async () => {
  const { server } = await start({
    upgrade: (_request, socket) => void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
  });
  const client = new RawClient(server.port).head(...get);
  await client.until("handled");
  client.head("GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket");
  expect(await client.closed).toMatch(/handled.*101 Switching/s);
});

test("handles 100 requests of a client that does not wait for answers, and closes", async () => {
  const warned: Error[] = [];
  const warn = (warning: Error) => void warned.push(warning);
  process.on("warning", warn);
  onTestFinished(() => void process.off("warning", warn));
  const responses: ServerResponse[] = [];
  const { server, lines } = await start({
    handle: (request, response) => {
      responses.push(response);
      request.socket.on("close", () => {});
      if (responses.length === 100) setImmediate(() => responses.forEach((each) => void each.end("handled")));
    },
  });
  const client = new RawClient(server.port);
  for (let count = 0; count < 150; count++) client.head(...get);
  const text = await client.closed;
  expect(text.match(/handled/g)).toHaveLength(100);
  expect(text.match(/connection: close/gi)).toHaveLength(1);
  expect(responses).toHaveLength(100);
  expect([client.errors, lines, warned]).toEqual([[], [], []]);
});

test("answers a last request although more follows it", async () => {
  const { server, lines } = await start({
    handle: (_request, response) => void setTimeout(() => response.end("handled"), 20),
  });
  const client = new RawClient(server.port).head(...get, "Connection: close").head(...get);
  expect(await client.closed).toMatch(/^HTTP\/1.1 200 .*handled$/s);
  expect(lines).toEqual([]);
});

test("ignores an upgrade to anything but a WebSocket", async () => {
  const { server } = await start({
    handle: async (request, response) => {
      const chunks = await request.toArray();
      response.end(`${request.method} ${Buffer.concat(chunks)}`);
    },
  });
  const offer = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"];
  await new RawClient(server.port).head(...get, ...offer).until("GET ");
  const post = new RawClient(server.port).head("POST / HTTP/1.1", "Host: a", ...offer, "Content-Length: 4");
  post.socket.write("body");
  await post.until("POST body");
});

test("ignores it on a Node that takes every upgrade off HTTP too", async () => {
  const older = createServer();
  older.on("upgrade", (request, socket: Socket) => {
    const response = responseTo(request, socket);
    response.end("as HTTP");
  });
  older.listen(0, "127.0.0.1");
  await once(older, "listening");
  onTestFinished(() => void older.close());
  const { port } = older.address() as AddressInfo;
  const client = new RawClient(port).head(...get, "Connection: Upgrade", "Upgrade: h2c");
  expect(await client.closed).toMatch(/^HTTP\/1.1 200 .*connection: close.*as HTTP/is);
});

test("survives a handler that throws", async () => {
  const { server, lines } = await start({
    handle: () => {
      throw new Error("a fault");
    },
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: "internal_error" });
  expect(lines).toMatchObject([{ level: "error", error: { message: "a fault" } }]);
});

test("says in words why it cannot listen", async () => {
  const { server } = await start();
  const { log } = testLog();
  const open = (host: string, port: number) =>
    startServer({ handle: () => {}, upgrade: () => {} }, { host, port }, log);
  const taken = open("127.0.0.1", server.port);
  await expect(taken).rejects.toThrow(CannotRun);
  await expect(taken).rejects.toThrow(`Port ${server.port} is in use`);
  await expect(open("192.0.2.1", 0)).rejects.toThrow("has no such address");
});
