import { expect, test } from "vitest";
import { startRawBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

/** What the client receives for two requests on one connection. */
async function twice(method: string, response: string): Promise<string> {
  const backend = await startRawBackend((socket) => socket.write(response));
  const gate = await startGate(backend.url);
  const client = await rawClient(gate.port);
  client.write(`${method} /1 HTTP/1.1\r\nHost: gate\r\n\r\n`);
  await client.until("\r\n\r\n");
  client.write(`${method} /2 HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n`);
  return (await client.closed()).text;
}

const noBodies = /^(HTTP\/1\.1 \d+ [^\r]+\r\n([a-z-]+: [^\r]*\r\n)+\r\n){2}$/i;

test("HEAD has the length of the body, and no body", async () => {
  const text = await twice("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  expect(text).toMatch(noBodies);
  expect(text.match(/content-length: 5\r\n/gi)).toHaveLength(2);
});

test("a body after HEAD does not arrive, and is not taken for a response", async () => {
  const text = await twice("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  expect(text).toMatch(noBodies);
});

test("204 has neither body nor length", async () => {
  const text = await twice("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello");
  expect(text).toMatch(noBodies);
  expect(text).not.toMatch(/content-length|transfer-encoding/i);
});

test("304 keeps the length of what has not changed, and has no body", async () => {
  const text = await twice("GET", 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n');
  expect(text).toMatch(noBodies);
  expect(text).toMatch(/etag: "x"/i);
  expect(text).not.toMatch(/transfer-encoding/i);
});

test.each([
  ["a length", "Content-Length: 5\r\n\r\nhello"],
  ["chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
])("205 with %s loses its body", async (_name, rest) => {
  const text = await twice("GET", `HTTP/1.1 205 Reset Content\r\n${rest}`);
  expect(text).toMatch(noBodies);
  expect(text.match(/content-length: 0\r\n/gi)).toHaveLength(2);
});
