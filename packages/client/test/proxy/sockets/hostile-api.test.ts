import type { Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { exchange, ownPage, startRawApi, startSite, statusOf, text } from "./support.ts";

/** What the browser gets from an API that answers with these bytes. */
async function browserGets(answer: (socket: Socket) => void, line = "GET /backend/tasks") {
  const site = await startSite(await startRawApi(answer), { timeout: 500 });
  const response = await exchange(site.port, text(line, { ...ownPage(site.port), Connection: "close" }));
  const [head = "", ...rest] = response.split("\r\n\r\n");
  return { status: statusOf(response), head: head.toLowerCase(), body: rest.join("\r\n\r\n"), site };
}

const end = (bytes: string) => (socket: Socket) => socket.end(bytes, "latin1");
const ok = "HTTP/1.1 200 OK\r\n";

test.for<[string, (socket: Socket) => void, number]>([
  ["never answers", () => undefined, 504],
  ["sends 1xx for ever", (socket) => endless(socket, "HTTP/1.1 102 Processing\r\n\r\n"), 504],
  ["trickles its headers", (socket) => endless(socket, "x", ok), 504],
  ["closes the connection", end(""), 502],
  ["resets the connection", (socket) => socket.resetAndDestroy(), 502],
  ["answers what is not HTTP", end("SSH-2.0-x\r\n"), 502],
  ["answers with HTML alone", end("<html>"), 502],
  ["has huge headers", end(`${ok}X-A: ${"a".repeat(200_000)}\r\n\r\n`), 502],
  ["has a status that none can have", end("HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"), 502],
  ["switches protocols", end("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), 502],
  ["has two lengths", end(`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`), 502],
  ["splits a header", end(`${ok}X-A: a\nb\r\n\r\n`), 502],
])("an API that %s", async ([, answer, status]) => {
  const { site, ...response } = await browserGets(answer);
  expect(response.status).toBe(status);
  expect(JSON.parse(jsonOf(response.body)).code).toBe(status === 504 ? "api_timeout" : "api_unavailable");
  expect(site.errors).toEqual([JSON.parse(jsonOf(response.body)).code]);
});

test("a response that cannot be passed on is not left open", async () => {
  let isOpen = true;
  const { status } = await browserGets((socket) => {
    endless(socket, "1\r\nx\r\n", "HTTP/1.1 600 X\r\nTransfer-Encoding: chunked\r\n\r\n");
    socket.on("close", () => {
      isOpen = false;
    });
  });
  expect(status).toBe(502);
  await vi.waitFor(() => expect(isOpen).toBe(false));
});

test("an API that is down is a 502", async () => {
  const site = await startSite("http://127.0.0.1:9");
  const fields = { ...ownPage(site.port), Connection: "close" };
  expect(statusOf(await exchange(site.port, text("GET /backend/tasks", fields)))).toBe(502);
  const post = text("POST /backend/tasks", { ...fields, "Content-Length": "2" }, "{}");
  expect(statusOf(await exchange(site.port, post))).toBe(502);
});

test.for([
  [
    "resets",
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`,
    (socket: Socket) => socket.resetAndDestroy(),
  ],
  ["ends", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`, (socket: Socket) => socket.end()],
  ["ends before its length", `${ok}Content-Length: 100\r\n\r\nfirst`, (socket: Socket) => socket.end()],
  ["breaks a chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\n`, () => undefined],
] as const)("an API that %s in mid-body is not a complete response", async ([, bytes, finish]) => {
  const { status, head, body } = await browserGets((socket) => {
    socket.write(bytes);
    setTimeout(() => finish(socket), 30);
  });
  // A host that has sent nothing yet may answer 500.
  if (status === 500) return;
  expect(status).toBe(200);
  expect(body).toContain("first");
  if (head.includes("content-length: 100")) expect(body).toBe("first");
  else expect(body).not.toMatch(/\r\n0\r\n\r\n$/);
});

test("interim responses are not passed on", async () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n";
  const { status, head, body } = await browserGets(end(`${interim}${ok}Content-Length: 5\r\n\r\ntasks`));
  expect([status, body]).toEqual([200, "tasks"]);
  expect(head).not.toContain("link:");
});

test.for([204, 205, 304])(
  "a %i with a body has none, and nothing of it is another response",
  async (code) => {
    const body = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    const { status, body: received } = await browserGets(
      end(`HTTP/1.1 ${code} X\r\nETag: "1"\r\nConnection: close\r\n\r\n${body}`),
    );
    expect([code, 502]).toContain(status);
    expect(received).not.toContain("evil");
  },
);

test("HEAD has the length and no body", async () => {
  const { status, head, body } = await browserGets(
    end(`${ok}Content-Length: 70\r\nConnection: close\r\n\r\n`),
    "HEAD /backend/tasks",
  );
  expect([status, body]).toEqual([200, ""]);
  expect(head).toContain("content-length: 70");
});

test("neither cookies nor policies of the API reach the browser, and HTML is in a sandbox", async () => {
  const headers = [
    "Content-Type: text/html",
    "Set-Cookie: session=evil; Path=/",
    "Set-Cookie: other=evil",
    "Cache-Control: public, max-age=31536000, immutable",
    "CDN-Cache-Control: max-age=600",
    "Expires: Sun, 29 Nov 2037 05:00:00 GMT",
    "Access-Control-Allow-Origin: https://evil.example",
    "Access-Control-Allow-Credentials: true",
    "Clear-Site-Data: *",
    "Service-Worker-Allowed: /",
    "X-Accel-Redirect: /etc/passwd",
    "X-Middleware-Rewrite: /admin",
    "Connection: close, X-Hop",
    "X-Hop: 1",
    "Content-Length: 25",
  ];
  const { head, body } = await browserGets(
    end(`${ok}${headers.join("\r\n")}\r\n\r\n<script>alert(1)</script>`),
  );
  expect(body).toBe("<script>alert(1)</script>");
  expect(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => line.replace(/^date: .*/, "date")),
  ).toEqual([
    "cache-control: no-store",
    "content-length: 25",
    "content-security-policy: default-src 'none'; sandbox; frame-ancestors 'none'",
    "content-type: text/html",
    "cross-origin-resource-policy: same-origin",
    "vary: cookie",
    "x-content-type-options: nosniff",
    "date",
    "connection: close",
  ]);
});

test("a redirect inside the API stays below the proxy's path, and none is followed", async () => {
  let requests = 0;
  const { status, head } = await browserGets((socket) => {
    requests += 1;
    socket.end("HTTP/1.1 307 X\r\nLocation: /other?x=1\r\nContent-Length: 0\r\n\r\n");
  });
  expect([status, requests]).toEqual([307, 1]);
  expect(head).toContain("location: /backend/other?x=1");
  expect(head).not.toContain("ey");
});

function endless(socket: Socket, part: string, before = ""): void {
  socket.write(before);
  const timer = setInterval(() => socket.write(part), 20);
  socket.on("close", () => clearInterval(timer));
}

/** A body may be chunked. */
function jsonOf(body: string): string {
  return body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
}
