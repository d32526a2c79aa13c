import { expect, test } from "vitest";
import { startRawBackend } from "./support/backend.ts";
import { startGate, type TestGateOptions } from "./support/gate.ts";
import { type Received, send, valuesOf } from "./support/requests.ts";

async function respond(headers: readonly string[], options?: TestGateOptions): Promise<Received> {
  const lines = headers.map((line) => `${line}\r\n`).join("");
  const backend = await startRawBackend((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${lines}Content-Length: 2\r\n\r\nok`, "latin1"),
  );
  const gate = await startGate(backend.url, options);
  return send(gate.url);
}

test("headers of the backend's connection stay there, those that Connection names included", async () => {
  const response = await respond([
    "Connection: keep-alive, X-Hop , other",
    "X-Hop: 1",
    "Other: 1",
    "Keep-Alive: timeout=77",
    "Proxy-Connection: keep-alive",
    "Proxy-Authenticate: Basic",
    "TE: trailers",
    "Trailer: X-Trailer",
    "Upgrade: h2c",
    'Alt-Svc: h3=":8000"',
    "X-Kept: 1",
  ]);
  const names = Object.keys(response.headers).sort();
  expect(names).toEqual(["connection", "content-length", "date", "x-kept", "x-request-id"]);
  expect(response.headers.connection).toBe("close");
});

test("the request's id is sent once, and is the gate's", async () => {
  const response = await respond(["X-Request-Id: of-the-backend"]);
  expect(valuesOf(response, "x-request-id")).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

test("several headers of one name arrive in order", async () => {
  const response = await respond([
    "Set-Cookie: a=1",
    "X: 1",
    "set-cookie: b=2; Path=/",
    "X: 2",
    "Set-Cookie: c=3",
  ]);
  expect(valuesOf(response, "set-cookie")).toEqual(["a=1", "b=2; Path=/", "c=3"]);
  expect(valuesOf(response, "x")).toEqual(["1", "2"]);
});

test("bytes beyond ASCII arrive as they are", async () => {
  const utf8 = Buffer.from("naïve €").toString("latin1");
  const response = await respond([`X-Text: ${utf8}`, "X-Latin: \xe9"]);
  expect(response.headers["x-text"]).toBe(utf8);
  expect(response.headers["x-latin"]).toBe("\xe9");
});

test("Date and Server pass, and names that look like an object's own", async () => {
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const response = await respond([`Date: ${date}`, "Server: test", "__proto__: 1", "constructor: 2"]);
  expect(valuesOf(response, "date")).toEqual([date]);
  expect(response.headers.server).toBe("test");
  expect(valuesOf(response, "__proto__")).toEqual(["1"]);
  expect(valuesOf(response, "constructor")).toEqual(["2"]);
});

test("the names of identity headers are the gate's own in responses, too", async () => {
  const response = await respond(["X-Usher-User: u1", "x-usher-claims: {}", "X-Usherette: 1"]);
  expect(response.headers).not.toHaveProperty("x-usher-user");
  expect(response.headers).not.toHaveProperty("x-usher-claims");
  expect(response.headers["x-usherette"]).toBe("1");
});

const added = { "access-control-allow-origin": "https://app.example", vary: "Origin" };
const backendCors = [
  "Access-Control-Allow-Origin: *",
  "Access-Control-Allow-Credentials: true",
  "Vary: Accept",
];

test("pages may read what the gate exposes and what the backend exposes", async () => {
  const name = "access-control-expose-headers";
  const backend = ["Access-Control-Expose-Headers: X-Total", "X-Total: 3"];
  const cors = ["https://app.example"];
  const response = await respond(backend, { cors, added: { ...added, [name]: "Retry-After" } });
  expect(valuesOf(response, name)).toEqual(["X-Total", "Retry-After"]);
  // A page of another origin.
  expect(valuesOf(await respond(backend, { cors, added: { vary: "Origin" } }), name)).toEqual([]);
});

test("where the gate owns CORS, the backend's is replaced, and Vary is added to", async () => {
  const response = await respond(backendCors, { cors: ["https://app.example"], added });
  expect(valuesOf(response, "access-control-allow-origin")).toEqual(["https://app.example"]);
  expect(valuesOf(response, "access-control-allow-credentials")).toEqual([]);
  expect(valuesOf(response, "vary")).toEqual(["Accept", "Origin"]);
});

test("for an origin that is not allowed, nothing of the backend's CORS remains", async () => {
  const response = await respond(backendCors, { cors: ["https://app.example"], added: { vary: "Origin" } });
  expect(valuesOf(response, "access-control-allow-origin")).toEqual([]);
});

test("where CORS is left to the backend, it passes", async () => {
  const response = await respond(backendCors, { cors: false });
  expect(valuesOf(response, "access-control-allow-origin")).toEqual(["*"]);
  expect(valuesOf(response, "access-control-allow-credentials")).toEqual(["true"]);
});

test("trailers are dropped", async () => {
  const backend = await startRawBackend((socket) =>
    socket.write(
      "HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n",
    ),
  );
  const gate = await startGate(backend.url);
  const response = await send(gate.url);
  expect(response.body).toBe("ok");
  expect(JSON.stringify(response)).not.toMatch(/late/i);
});

test("a redirect to the backend's own address stays at the gate", async () => {
  const backend = await startRawBackend((socket) =>
    socket.write(`HTTP/1.1 307 X\r\nLocation: ${backend.url}/tasks/?x=1\r\nContent-Length: 0\r\n\r\n`),
  );
  const gate = await startGate(backend.url);
  expect((await send(gate.url)).headers.location).toBe("/tasks/?x=1");
});
