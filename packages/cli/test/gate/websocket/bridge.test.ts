import { createServer } from "node:http";
import { connect as connectTcp } from "node:net";
import { describe, expect, test } from "vitest";
import { RawClient } from "../server/support.ts";
import { listen, startBackend, startGate } from "./support.ts";

describe("opening", () => {
  test("asks the backend with the path that was judged, and the user's identity", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const { seen } = gate.connect("/live/ada?a=%7B|b", { headers: { "x-usher-user": "eve", cookie: "a=b" } });
    expect(await seen.next("open")).toEqual(["open", ""]);
    const [request] = backend.requests;
    expect(request?.url).toBe("/live/ada?a=%7B|b");
    expect(request?.headers).toMatchObject({ "x-usher-user": "ada", cookie: "a=b", host: "backend" });
    expect(request?.headers.authorization).toMatch(/^Bearer /);
    expect(request?.headers["sec-websocket-extensions"]).toBeUndefined();
    await expect.poll(() => gate.outcomes).toEqual([{ status: 101 }]);
  });

  test("moves a token from the subprotocols to Authorization", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const token = gate.issuer.tokenFor("ada");
    const { seen } = gate.connect("/live/ada", { protocols: ["bearer", token] });
    expect(await seen.next("open")).toEqual(["open", "bearer"]);
    const { headers, rawHeaders } = backend.requests[0] ?? {};
    expect(headers?.authorization).toBe(`Bearer ${token}`);
    expect(headers?.["sec-websocket-protocol"]).toBeUndefined();
    expect(rawHeaders?.filter((text) => text.includes(token))).toHaveLength(1);
  });

  test("leaves the choice of a subprotocol to the backend", async () => {
    const backend = await startBackend({ protocol: "chat.v2" });
    const gate = await startGate(backend.port);
    const protocols = ["chat.v1", "bearer", gate.issuer.tokenFor("ada"), "chat.v2"];
    const { seen } = gate.connect("/live/ada", { protocols });
    expect(await seen.next("open")).toEqual(["open", "chat.v2"]);
    expect(backend.requests[0]?.headers["sec-websocket-protocol"]).toBe("chat.v1,chat.v2");
  });

  test("opens although the backend chooses none", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const client = new RawClient(gate.port).head(
      "GET /public HTTP/1.1",
      "Host: api.example.com",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Protocol: chat",
    );
    const text = await client.until("\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1.1 101 /);
    expect(text.toLowerCase()).not.toContain("sec-websocket-protocol");
  });

  test.each([
    ["another version", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
    ["no key", "Sec-WebSocket-Version: 13", "A: b"],
    ["a key that is none", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAA"],
    ["a subprotocol twice", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: a, a"],
  ])("refuses %s without asking the backend", async (_name, ...lines) => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
    const client = new RawClient(gate.port).head("GET /public HTTP/1.1", "Host: a", ...upgrade, ...lines);
    expect(await client.closed).toMatch(/^HTTP\/1.1 400 .*"code":"bad_request"/s);
    expect(backend.requests).toEqual([]);
  });

  test.each(["sid=1", "a=b&s%69d=1"])("refuses to take a Socket.IO connection over: %s", async (query) => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    expect((await gate.connect(`/live/ada?${query}`).seen.next("refused"))[1]).toBe(400);
    expect(backend.requests).toEqual([]);
  });

  test.each([
    ["https://app.example.com", 101],
    ["https://evil.example.com", 403],
    ["null", 403],
  ])("a page of %s: %i", async (origin, status) => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const { seen } = gate.connect("/live/ada", { headers: { origin } });
    if (status === 101) await seen.next("open");
    else {
      const [, refused, headers, body] = await seen.next("refused");
      expect({ refused, headers, body: JSON.parse(body as string) }).toMatchObject({
        refused: 403,
        headers: { "content-type": "application/problem+json", "x-request-id": "r1" },
        body: { code: "origin_rejected" },
      });
      expect(backend.requests).toEqual([]);
    }
  });

  test("a page of the API's own host may, and any page if CORS is the backend's", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const own = gate.connect("/live/ada", { headers: { origin: `http://127.0.0.1:${gate.port}` } });
    await own.seen.next("open");
    const open = await startGate(backend.port, { cors: false });
    await open.connect("/live/ada", { headers: { origin: "https://evil.example.com" } }).seen.next("open");
  });
});

describe("a backend that does not open", () => {
  test.each([403, 404, 200])("its %i reaches the client", async (status) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, {
        "x-reason": "full",
        "x-request-id": "other",
        "set-cookie": ["a=1", "b=2"],
      });
      response.end("no room");
    });
    const gate = await startGate(await listen(server));
    const [, refused, headers, body] = await gate.connect("/live/ada").seen.next("refused");
    expect({ refused, headers, body }).toMatchObject({
      refused: status,
      headers: {
        "x-reason": "full",
        "x-request-id": "r1",
        "set-cookie": ["a=1", "b=2"],
        connection: "close",
      },
      body: "no room",
    });
    expect(gate.outcomes).toEqual([{ status }]);
  });

  test("is down: 502", async () => {
    const gate = await startGate(1);
    const [, refused, , body] = await gate.connect("/live/ada").seen.next("refused");
    expect({ refused, body: JSON.parse(body as string) }).toMatchObject({
      refused: 502,
      body: { code: "api_unavailable" },
    });
    expect(gate.outcomes).toMatchObject([{ problem: "api_unavailable", cause: { code: "ECONNREFUSED" } }]);
  });

  test("answers with a wrong key: 502", async () => {
    const server = createServer();
    server.on("upgrade", (_request, socket) =>
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n",
      ),
    );
    const gate = await startGate(await listen(server));
    expect((await gate.connect("/live/ada").seen.next("refused"))[1]).toBe(502);
  });

  test("is slow: 504", async () => {
    const server = createServer();
    server.on("upgrade", () => {});
    const gate = await startGate(await listen(server), { timeout: 100 });
    const [, refused, , body] = await gate.connect("/live/ada").seen.next("refused");
    expect({ refused, body: JSON.parse(body as string) }).toMatchObject({
      refused: 504,
      body: { code: "api_timeout" },
    });
  });

  test("is left alone when the client leaves", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<{ readonly readableEnded: boolean }>();
    const server = createServer();
    server.on("upgrade", (_request, socket) => {
      socket.on("error", () => {});
      socket.resume();
      resolve(socket);
    });
    const gate = await startGate(await listen(server));
    const { socket } = gate.connect("/live/ada");
    const atBackend = await asked;
    socket.terminate();
    await expect.poll(() => gate.outcomes, { timeout: 3_000 }).toEqual([{ status: 499 }]);
    await expect.poll(() => atBackend.readableEnded, { timeout: 3_000 }).toBe(true);
  });
});

describe("messages", () => {
  test("pass both ways, text as text and bytes as bytes", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const { socket, seen } = gate.connect("/live/ada");
    await seen.next("open");
    socket.send("echo héllo");
    expect(await backend.seen.next("message")).toEqual(["message", "echo héllo"]);
    expect(await seen.next("message")).toEqual(["message", "héllo"]);
    socket.send(Buffer.from([0, 255]));
    expect(await backend.seen.next("message")).toEqual(["message", Buffer.from([0, 255])]);
    backend.sockets[0]?.send(Buffer.from([1, 2]));
    expect(await seen.next("message")).toEqual(["message", Buffer.from([1, 2])]);
  });

  test("arrive in order, although they come with the handshake", async () => {
    const backend = await startBackend();
    const gate = await startGate(backend.port);
    const socket = connectTcp(gate.port, "127.0.0.1");
    const frame = (text: string) =>
      Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
    const head = [
      "GET /public HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket",
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    ].join("\r\n");
    socket.write(Buffer.concat([Buffer.from(head), frame("one"), frame("two")]));
    expect(await backend.seen.next("message")).toEqual(["message", "one"]);
    expect(await backend.seen.next("message")).toEqual(["message", "two"]);
    socket.destroy();
  });
});
