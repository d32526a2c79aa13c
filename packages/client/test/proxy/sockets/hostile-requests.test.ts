import { expect, test } from "vitest";
import { exchange, ownPage, startApi, startSite, statusOf, text } from "./support.ts";

type Headers = Record<string, string | readonly string[] | undefined>;
type Hostile = {
  title: string;
  line?: string;
  headers?: (port: number) => Headers;
  body?: string;
  status: number | undefined;
};

const form = { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": "3" };
const evil = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
const oldBrowser = { "Sec-Fetch-Site": undefined, "Sec-Fetch-Mode": undefined, "Sec-Fetch-Dest": undefined };
const post = "POST /backend/tasks";

const requests: Hostile[] = [
  {
    title: "a form of another site",
    line: post,
    headers: () => ({ ...evil, ...form, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }),
    body: "a=b",
    status: 403,
  },
  {
    title: "JSON as text/plain of another site",
    line: post,
    headers: () => ({ ...evil, "Content-Type": "text/plain", "Content-Length": "2" }),
    body: "{}",
    status: 403,
  },
  { title: "an image of another site", headers: () => ({ ...evil, Origin: undefined }), status: 403 },
  {
    title: "a link of another site",
    headers: () => ({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", Origin: undefined }),
    status: 403,
  },
  {
    title: "a form of another site, in an old browser",
    line: post,
    headers: () => ({ ...oldBrowser, ...form, Origin: "https://evil.example" }),
    body: "a=b",
    status: 403,
  },
  {
    title: "a sandboxed frame",
    line: post,
    headers: () => ({ ...form, Origin: "null" }),
    body: "a=b",
    status: 403,
  },
  {
    title: "a sandboxed frame, in an old browser",
    line: post,
    headers: () => ({ ...oldBrowser, ...form, Origin: "null" }),
    body: "a=b",
    status: 403,
  },
  {
    title: "a look-alike Origin",
    line: post,
    headers: (port) => ({ ...oldBrowser, ...form, Origin: `http://127.0.0.1:${port}.evil.example` }),
    body: "a=b",
    status: 403,
  },
  {
    title: "this site's Origin, forged by another",
    line: post,
    headers: () => ({ ...form, "Sec-Fetch-Site": "cross-site" }),
    body: "a=b",
    status: 403,
  },
  {
    title: "two Origins",
    line: post,
    headers: (port) => ({ ...form, Origin: [`http://127.0.0.1:${port}`, "https://evil.example"] }),
    body: "a=b",
    status: 403,
  },
  {
    title: "two Sec-Fetch-Site",
    headers: () => ({ "Sec-Fetch-Site": ["same-origin", "cross-site"] }),
    status: 403,
  },
  {
    title: "a sibling domain",
    line: post,
    headers: () => ({ ...form, "Sec-Fetch-Site": "same-site", Origin: "http://127.0.0.1:1" }),
    body: "a=b",
    status: 403,
  },
  { title: "no metadata, reading", headers: () => ({ ...oldBrowser, Origin: undefined }), status: 403 },
  {
    title: "no metadata, writing",
    line: post,
    headers: () => ({ ...oldBrowser, ...form, Origin: undefined }),
    body: "a=b",
    status: 403,
  },
  {
    title: "a script tag of the own page",
    headers: () => ({ "Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "no-cors", Origin: undefined }),
    status: 403,
  },
  {
    title: "a socket of another site",
    headers: () => ({
      ...evil,
      Connection: "Upgrade, close",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "x",
    }),
    status: 403,
  },
  {
    title: "a preflight",
    line: "OPTIONS /backend/tasks",
    headers: () => ({ ...evil, "Access-Control-Request-Method": "DELETE" }),
    status: 405,
  },
  { title: "TRACE", line: "TRACE /backend/tasks", status: 405 },
  { title: "CONNECT", line: "CONNECT evil.example:443", status: undefined },
  { title: "an unknown method", line: "PURGE /backend/tasks", status: 405 },
  { title: "a path beside the proxy's", line: "GET /backendx/tasks", status: 400 },
  { title: "dot segments", line: "GET /backend/../admin", status: 400 },
  { title: "encoded dot segments", line: "GET /backend/%2e%2e/admin", status: 400 },
  { title: "an encoded slash", line: "GET /backend/..%2fadmin", status: 400 },
  { title: "a backslash", line: "GET /backend/..\\admin", status: 400 },
  { title: "an encoded backslash", line: "GET /backend/..%5cadmin", status: 400 },
  { title: "dot segments encoded twice", line: "GET /backend/%252e%252e%252fadmin", status: 400 },
  { title: "an overlong slash", line: "GET /backend/..%c0%afadmin", status: 400 },
  { title: "two slashes", line: "GET /backend//evil.example/x", status: 400 },
  { title: "two slashes in front", line: "GET //backend/tasks", status: 400 },
  { title: "a path parameter", line: "GET /backend/..;/admin", status: 400 },
  { title: "a null byte", line: "GET /backend/tasks%00.json", status: 400 },
  { title: "an encoded line break", line: "GET /backend/tasks%0d%0aX-Admin:1", status: 400 },
  { title: "bytes above ASCII", line: "GET /backend/\u00ff\u00fe", status: 400 },
  { title: "an absolute form with a user", line: "GET http://a@evil.example/backend/tasks", status: 400 },
  { title: "a scheme that is none", line: "GET file:///backend/tasks", status: 400 },
  { title: "an asterisk", line: "OPTIONS *", status: 400 },
  {
    title: "Content-Length and Transfer-Encoding",
    line: post,
    headers: () => ({ "Content-Length": "4", "Transfer-Encoding": "chunked" }),
    body: "0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
    status: 400,
  },
  {
    title: "two Content-Lengths",
    line: post,
    headers: () => ({ "Content-Length": ["0", "5"] }),
    body: "12345",
    status: 400,
  },
  {
    title: "a Transfer-Encoding that is none",
    line: post,
    headers: () => ({ "Transfer-Encoding": "xchunked" }),
    body: "0\r\n\r\n",
    status: 400,
  },
  { title: "a negative length", line: post, headers: () => ({ "Content-Length": "-1" }), status: 400 },
  {
    title: "a broken chunk",
    line: post,
    headers: () => ({ "Transfer-Encoding": "chunked" }),
    body: "zz\r\nx",
    status: 400,
  },
  { title: "two Hosts", headers: (port) => ({ Host: [`127.0.0.1:${port}`, "evil.example"] }), status: 403 },
  { title: "no Host", headers: () => ({ Host: undefined }), status: 400 },
  { title: "a space before the colon", headers: () => ({ "X-A ": "1" }), status: 400 },
  { title: "a folded header", headers: () => ({ "X-A": "1\r\n 2" }), status: 400 },
  { title: "huge headers", headers: () => ({ "X-A": "a".repeat(100_000) }), status: 431 },
  { title: "no session", headers: () => ({ Cookie: undefined }), status: 401 },
  {
    title: "the session in another header",
    headers: () => ({ Cookie: undefined, Authorization: "Bearer session=ada" }),
    status: 401,
  },
  { title: "another user's page", headers: () => ({ "Usher-Expected-User": "bert" }), status: 409 },
  {
    title: "a body that states too many bytes",
    line: post,
    headers: () => ({ "Content-Length": "2000000" }),
    body: "x",
    status: 413,
  },
];

test("hostile requests get an answer at once, and nothing of them reaches the API", async () => {
  const api = await startApi();
  const site = await startSite(api.url, { maxRequestBytes: 1_000_000 });
  const results = await Promise.all(
    requests.map(async ({ title, line = "GET /backend/tasks", headers = () => ({}), body }) => {
      const fields = { ...ownPage(site.port), Connection: "close", ...headers(site.port) };
      return { title, status: statusOf(await exchange(site.port, text(line, fields, body))) };
    }),
  );
  expect(results).toEqual(requests.map(({ title, status }) => ({ title, status })));
  expect(api.seen.map(({ url }) => url)).toEqual([]);
  expect(site.errors).toEqual([]);

  const own = text("GET /backend/tasks", { ...ownPage(site.port), Connection: "close" });
  expect(await exchange(site.port, own)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\n(?:5\r\n)?tasks/);
});

test("a second request on the connection is checked like the first", async () => {
  const api = await startApi();
  const site = await startSite(api.url);
  const own = ownPage(site.port);
  const first = text("POST /backend/tasks", { ...own, "Content-Length": "2" }, "{}");
  const second = text("GET /backend/admin", { ...own, ...evil, Connection: "close" });
  const answer = await exchange(site.port, first + second);
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 403"]);
  expect(api.seen.map(({ url }) => url)).toEqual(["/tasks"]);
});

test("an absolute form changes neither the API nor the path below it", async () => {
  const api = await startApi();
  const site = await startSite(api.url);
  const fields = { ...ownPage(site.port), Connection: "close" };
  await exchange(site.port, text("GET http://evil.example/backend/tasks", fields));
  expect(api.seen.map(({ url, request }) => [url, request.headers.host])).toEqual([
    ["/tasks", new URL(api.url).host],
  ]);
});

test("headers that could deceive the API stay behind", async () => {
  const api = await startApi();
  const site = await startSite(api.url);
  const fields = {
    ...ownPage(site.port),
    Connection: "close, Authorization, X-Hop, Accept-Encoding",
    Authorization: ["Bearer forged", "Basic forged"],
    Cookie: ["session=ada"],
    "X-Hop": "1",
    X_Forwarded_User: "admin",
    "X-Forwarded-For": ["1.2.3.4", "5.6.7.8"],
    "X-Forwarded-Host": "evil.example",
    Forwarded: "for=1.2.3.4",
    "X-Original-URL": "/admin",
    "X-HTTP-Method-Override": "DELETE",
    "X-Middleware-Subrequest": "middleware",
    "X-Usher-Principal": "bert",
    Upgrade: "h2c",
    "HTTP2-Settings": "AAMAAABkAAQAAP__",
    TE: "trailers",
    Expect: "100-continue",
    "Transfer-Encoding": "chunked",
    Trailer: "X-Trailer",
    "X-Tenant": "acme",
  };
  const body = "2\r\n{}\r\n0\r\nX-Trailer: 1\r\nAuthorization: Bearer trailer\r\n\r\n";
  const answer = await exchange(site.port, text("POST /backend/tasks", fields, body));
  expect(answer).toMatch(/HTTP\/1\.1 200/);

  const [seen] = api.seen;
  expect(seen?.url).toBe("/tasks");
  expect(seen?.body()).toBe("{}");
  expect(seen?.request.trailers).toEqual({});
  const { authorization, host, ...rest } = seen?.request.headers ?? {};
  expect(authorization).toMatch(/^Bearer ey[\w.-]+$/);
  expect(host).toBe(new URL(api.url).host);
  expect(Object.keys(rest).sort()).toEqual([
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "pragma",
    "sec-fetch-mode",
    "transfer-encoding",
    "user-agent",
    "x-tenant",
  ]);
});
