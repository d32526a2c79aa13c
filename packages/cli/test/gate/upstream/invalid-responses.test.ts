import { expect, test } from "vitest";
import { startRawBackend } from "./support/backend.ts";
import { startGate } from "./support/gate.ts";
import { send } from "./support/requests.ts";

const end = "\r\n\r\n";

test.each([
  ["two lengths that differ", `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3${end}ok!`],
  ["a list of lengths", `HTTP/1.1 200 OK\r\nContent-Length: 2, 3${end}ok!`],
  ["a negative length", `HTTP/1.1 200 OK\r\nContent-Length: -2${end}ok`],
  ["a length with a sign", `HTTP/1.1 200 OK\r\nContent-Length: +2${end}ok`],
  [
    "a length and chunks",
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked${end}2\r\nok\r\n0${end}`,
  ],
  [
    "a coding under the chunks",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked${end}2\r\nok\r\n0${end}`,
  ],
  ["a coding without chunks", `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip${end}ok`],
  [
    "chunks within chunks",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked${end}2\r\nok\r\n0${end}`,
  ],
  ["a status that is not a number", `HTTP/1.1 OK${end}`],
  ["a status below 100", `HTTP/1.1 099 X${end}`],
  ["no HTTP at all", `SSH-2.0-OpenSSH_9.9\r\n`],
  ["another version", `HTTP/9.9 200 OK${end}`],
  ["a NUL in a header", `HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0${end}`],
  ["a control character in a header", `HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0${end}`],
  ["a line break in a header", `HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 0${end}`],
  ["a space before the colon", `HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0${end}`],
  ["a folded header", `HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0${end}`],
  ["a header without a name", `HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0${end}`],
  ["a header that is too large", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(20_000)}\r\nContent-Length: 0${end}`],
  ["headers that are too many", `HTTP/1.1 200 OK\r\n${"X: aaaaaa\r\n".repeat(3000)}Content-Length: 0${end}`],
  ["100 without an expectation", `HTTP/1.1 100 Continue${end}HTTP/1.1 200 OK\r\nContent-Length: 0${end}`],
  ["101 without an upgrade", `HTTP/1.1 101 Switching Protocols${end}`],
  ["101 with an upgrade", `HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket${end}`],
  ["a flood of early hints", `HTTP/1.1 103 Early Hints\r\nLink: </a>${end}`.repeat(100)],
])("%s is a 502, and nothing of it arrives", async (_name, text) => {
  const backend = await startRawBackend((socket) => socket.write(text, "latin1"));
  const gate = await startGate(backend.url);
  const response = await send(gate.url);
  expect(response.status).toBe(502);
  expect(JSON.parse(response.body)).toMatchObject({ code: "api_unavailable" });
  expect(response.headers).not.toHaveProperty("x");
  expect(await gate.outcome()).toMatchObject({ problem: "api_unavailable", wasRetried: false });
});

test("a few informational responses are dropped", async () => {
  const backend = await startRawBackend((socket) =>
    socket.write(
      `HTTP/1.1 103 Early Hints\r\nLink: </a>${end}HTTP/1.1 102 Processing${end}HTTP/1.1 200 OK\r\nContent-Length: 2${end}ok`,
    ),
  );
  const gate = await startGate(backend.url);
  const response = await send(gate.url);
  expect(response).toMatchObject({ status: 200, body: "ok" });
  expect(response.headers).not.toHaveProperty("link");
});
