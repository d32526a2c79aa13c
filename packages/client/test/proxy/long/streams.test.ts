import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { exchange, ownPage, startApi, startSite, statusOf, text } from "../sockets/support.ts";

const chunked = { "Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream" };
const post = "POST /backend/files";

/** Sends the head of a request and the beginning of its body, and leaves the connection open. */
function begin(port: number, bytes: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  return socket;
}

async function seenBy<Seen>(api: { seen: Seen[] }): Promise<Seen> {
  await vi.waitFor(() => expect(api.seen).toHaveLength(1), 3000);
  return api.seen[0] as Seen;
}

test("an endless body ends at the limit with a 413, and the API sees an aborted request", async () => {
  const api = await startApi();
  const site = await startSite(api.url, { maxRequestBytes: 200_000 });
  const socket = begin(site.port, text(post, { ...ownPage(site.port), ...chunked }));
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const timer = setInterval(() => socket.write(chunk), 5);
  const [answer] = await once(socket, "data");
  clearInterval(timer);
  socket.destroy();

  expect(statusOf(String(answer))).toBe(413);
  expect(String(answer)).toContain("content_too_large");
  const seen = await seenBy(api);
  await seen.closed;
  expect(seen.isComplete()).toBe(false);
  expect(seen.body().length).toBeLessThanOrEqual(200_000);
});

test.for([
  ["with a stated length", { "Content-Length": "1000" }, "x".repeat(10)],
  ["in chunks", chunked, `a\r\n${"x".repeat(10)}\r\n`],
] as const)(
  "a body that stops %s is a 408, and the API sees an aborted request",
  async ([, headers, part]) => {
    const api = await startApi();
    const site = await startSite(api.url, { timeout: 200 });
    const socket = begin(site.port, text(post, { ...ownPage(site.port), ...headers }, part));
    const [answer] = await once(socket, "data");
    socket.destroy();

    expect(statusOf(String(answer))).toBe(408);
    const seen = await seenBy(api);
    await seen.closed;
    expect([seen.isComplete(), seen.body()]).toEqual([false, "x".repeat(10)]);
    expect(site.errors).toEqual([]);
  },
);

test("a body that trickles in time is passed on as it arrives, and takes longer than the timeout", async () => {
  const api = await startApi();
  const site = await startSite(api.url, { timeout: 1500 });
  const socket = begin(site.port, text(post, { ...ownPage(site.port), "Content-Length": "6" }));
  for (let part = 0; part < 6; part += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.write("x");
  }
  const [answer] = await once(socket, "data");
  socket.destroy();
  expect(statusOf(String(answer))).toBe(200);
  expect(api.seen[0]?.body()).toBe("xxxxxx");
});

test.for([
  ["with a stated length", { "Content-Length": "1000" }, "x".repeat(10)],
  ["in chunks", chunked, `a\r\n${"x".repeat(10)}\r\n`],
  ["inside a chunk", chunked, `a\r\n${"x".repeat(10)}\r\nff\r\nx`],
] as const)("an upload that is aborted %s is aborted at the API too", async ([, headers, part]) => {
  const api = await startApi();
  const site = await startSite(api.url);
  const socket = begin(site.port, text(post, { ...ownPage(site.port), ...headers }, part));
  const seen = await seenBy(api);
  await vi.waitFor(() => expect(seen.body()).toContain("xxxxxxxxxx"));
  socket.destroy();
  await seen.closed;
  expect(seen.isComplete()).toBe(false);
  expect(site.errors).toEqual([]);
});

test("the API's early answer reaches the browser while the upload is unfinished", async () => {
  const api = await startApi((_request, response) => {
    response.writeHead(413, { "content-type": "text/plain", connection: "close" }).end("too large for me");
  });
  const site = await startSite(api.url);
  const socket = begin(
    site.port,
    text(post, { ...ownPage(site.port), "Content-Length": "50000000" }, "x".repeat(1000)),
  );
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await vi.waitFor(() => expect(answer).toContain("too large for me"), 3000);
  socket.destroy();
  expect(statusOf(answer)).toBe(413);
});

test("an answer that has begun may outlast the timeout, though the upload is unfinished", async () => {
  const api = await startApi((request, response) => {
    request.resume();
    response.write("begun");
    setTimeout(() => response.write("more"), 2000);
  });
  const site = await startSite(api.url, { timeout: 1500 });
  const fields = { ...ownPage(site.port), "Content-Length": "1000" };
  const socket = begin(site.port, text(post, fields, "x"));
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await vi.waitFor(() => expect(answer).toContain("more"), 5000);
  socket.destroy();
  expect(statusOf(answer)).toBe(200);
});

test("events arrive one by one, and an idle stream stays open", async () => {
  let send = (_event: string): void => {};
  const api = await startApi((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    send = (event) => response.write(`data: ${event}\n\n`);
    send("first");
  });
  const site = await startSite(api.url, { timeout: 1500 });
  const socket = begin(site.port, text("GET /backend/events", ownPage(site.port)));
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await vi.waitFor(() => expect(answer).toContain("data: first"), 3000);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  send("second");
  await vi.waitFor(() => expect(answer).toContain("data: second"), 3000);
  expect(answer).toContain("content-type: text/event-stream");

  const seen = await seenBy(api);
  socket.destroy();
  await seen.closed;
});

test("a download that the browser aborts is released at the API", async () => {
  const api = await startApi((_request, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on("drain", write);
    write();
  });
  const site = await startSite(api.url);
  const socket = begin(site.port, text("GET /backend/endless", ownPage(site.port)));
  await once(socket, "data");
  socket.destroy();
  await (await seenBy(api)).closed;
});

test("a request that the browser aborts before the answer is aborted at the API", async () => {
  const api = await startApi(() => undefined);
  const site = await startSite(api.url, { timeout: 60_000 });
  const socket = begin(site.port, text("GET /backend/slow", ownPage(site.port)));
  const seen = await seenBy(api);
  socket.destroy();
  await seen.closed;
});

test.for(["POST", "PUT", "PATCH", "DELETE"])("%s without a body has none at the API", async (method) => {
  const api = await startApi();
  const site = await startSite(api.url);
  const fields = { ...ownPage(site.port), Connection: "close" };
  const isEmpty = { "content-length": undefined, "transfer-encoding": undefined };
  for (const headers of [{}, { "Content-Length": "0" }, chunked]) {
    const body = headers === chunked ? "0\r\n\r\n" : "";
    await exchange(site.port, text(`${method} /backend/tasks`, { ...fields, ...headers }, body));
  }
  for (const { request } of api.seen) {
    const { "content-length": length, "transfer-encoding": coding } = request.headers;
    expect({ "content-length": length === "0" ? undefined : length, "transfer-encoding": coding }).toEqual(
      isEmpty,
    );
  }
  expect(api.seen).toHaveLength(3);
});
