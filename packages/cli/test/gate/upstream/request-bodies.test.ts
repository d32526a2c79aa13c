import { expect, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { rawClient } from "./support/client.ts";
import { startGate } from "./support/gate.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What the backend sees of each of the requests of one connection. */
async function seen(...requests: readonly string[]): Promise<Seen[]> {
  const all: Seen[] = [];
  const backend = await startBackend((request, response) => {
    let body = "";
    request.setEncoding("latin1").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      const { method, url, headers, rawHeaders } = request;
      all.push({ method, url, headers, rawHeaders, body } as Seen);
      response.end(`answer ${all.length}`);
    });
  });
  const gate = await startGate(backend);
  const client = await rawClient(gate.port);
  for (const [index, text] of requests.entries()) {
    client.write(text);
    await client.until(`answer ${index + 1}`);
  }
  return all;
}

const chunked = "Transfer-Encoding: chunked\r\n\r\n";

test("a length is kept exactly", async () => {
  const [request] = await seen("POST /a?b=%20 HTTP/1.1\r\nHost: gate\r\nContent-Length: 5\r\n\r\nhello");
  expect(request).toMatchObject({ method: "POST", url: "/a?b=%20", body: "hello" });
  expect(request?.headers["content-length"]).toBe("5");
  expect(request?.headers).not.toHaveProperty("transfer-encoding");
});

test("chunks stay chunks, also if all of them have arrived", async () => {
  const [request] = await seen(
    `PUT / HTTP/1.1\r\nHost: gate\r\n${chunked}2\r\nhe\r\n3;ext=1\r\nllo\r\n0\r\n\r\n`,
  );
  expect(request).toMatchObject({ method: "PUT", body: "hello" });
  expect(request?.headers["transfer-encoding"]).toBe("chunked");
  expect(request?.headers).not.toHaveProperty("content-length");
});

test("trailers of a request are dropped", async () => {
  const [request] = await seen(
    `POST / HTTP/1.1\r\nHost: gate\r\n${chunked}2\r\nhi\r\n0\r\nX-Usher-User: u2\r\n\r\n`,
  );
  expect(request?.body).toBe("hi");
  expect(JSON.stringify(request)).not.toMatch(/u2/);
});

test.each(["GET", "DELETE", "OPTIONS", "REPORT"])("%s may have a body of either kind", async (method) => {
  const requests = await seen(
    `${method} /1 HTTP/1.1\r\nHost: gate\r\nContent-Length: 5\r\n\r\nhello`,
    `${method} /2 HTTP/1.1\r\nHost: gate\r\n${chunked}5\r\nworld\r\n0\r\n\r\n`,
    `${method} /3 HTTP/1.1\r\nHost: gate\r\n\r\n`,
  );
  expect(requests.map(({ url, body }) => [url, body])).toEqual([
    ["/1", "hello"],
    ["/2", "world"],
    ["/3", ""],
  ]);
  expect(requests[0]?.headers["content-length"]).toBe("5");
  expect(requests[1]?.headers["transfer-encoding"]).toBe("chunked");
  expect(requests[2]?.headers).not.toHaveProperty("content-length");
});

test.each([
  ["POST", "Content-Length: 0\r\n\r\n"],
  ["DELETE", "Content-Length: 0\r\n\r\n"],
  ["POST", `${chunked}0\r\n\r\n`],
  ["GET", `${chunked}0\r\n\r\n`],
  ["POST", "\r\n"],
])("an empty body of %s is complete and empty: %j", async (method, rest) => {
  const end = rest === "\r\n" ? "" : rest;
  const text = `${method} / HTTP/1.1\r\nHost: gate\r\n${rest === "\r\n" ? rest : end}`;
  const requests = await seen(text, text);
  expect(requests.map(({ body }) => body)).toEqual(["", ""]);
});

test("what comes after a body is the next request, not more of it", async () => {
  const requests = await seen(
    "POST /1 HTTP/1.1\r\nHost: gate\r\nContent-Length: 2\r\n\r\nhiGET /2 HTTP/1.1\r\nHost: gate\r\n\r\n",
    "",
  );
  expect(requests.map(({ url, body }) => [url, body])).toEqual([
    ["/1", "hi"],
    ["/2", ""],
  ]);
});

test("headers arrive in order, with their bytes, and the host is the backend's", async () => {
  const [request] = await seen("GET / HTTP/1.1\r\nHost: gate\r\nX-B: \xe9\r\nX-A: 1\r\nX-B: 2\r\n\r\n");
  const sent = request?.rawHeaders.filter((_, index, all) => /^x-/i.test(String(all[index - (index % 2)])));
  expect(sent).toEqual(["X-B", "\xe9", "X-A", "1", "X-B", "2"]);
  expect(request?.headers.host).toMatch(/^127\.0\.0\.1:\d+$/);
});
