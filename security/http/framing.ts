import { bearer, type HostileCase, type Ingredients, requestText } from "./cases.ts";

/** Methods, targets, and requests that two readers would see differently. */
export function framingCases({ token }: Ingredients): HostileCase[] {
  const path = "/api/alice/tasks";
  const line = (method: string, target = path, version = "HTTP/1.1") => `${method} ${target} ${version}`;
  const json = "content-type: application/json";
  const body = JSON.stringify({ title: "x" });
  const missing = { status: 401, code: "credentials_missing" };
  const bad = { status: 400, code: "bad_request" };
  const post = (headers: readonly string[], text: string) =>
    [line("POST"), "host: localhost", bearer(token), json, ...headers, "connection: close", "", text].join("\r\n");
  return [
    ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "SEARCH", "QUERY"].map((method) => ({
      name: `${method} without a token`,
      request: requestText(line(method)),
      ...missing,
    })),
    { name: "HEAD without a token", request: requestText(line("HEAD")), status: 401, code: null },
    {
      name: "TRACE echoes nothing",
      request: requestText(line("TRACE"), [bearer(token)]),
      status: [400, 404, 405, 501],
    },
    { name: "CONNECT", request: requestText(line("CONNECT", "localhost:80")), status: 0 },
    { name: "a method in lower case", request: requestText(line("get"), [bearer(token)]), ...bad },
    { name: "a method that is none", request: requestText(line("GETT"), [bearer(token)]), ...bad },
    {
      name: "DELETE by an override, on a route that only reads",
      request: requestText(line("GET"), ["x-http-method-override: DELETE", "x-method-override: DELETE"]),
      ...missing,
    },
    {
      name: "GET by an override of a POST without a token",
      request: requestText(line("POST", `${path}?_method=GET`), [json, "x-http-method: GET"], body),
      ...missing,
    },
    {
      name: "an absolute target",
      request: requestText(line("GET", "http://evil.example/api/alice/tasks")),
      ...missing,
    },
    {
      name: "an absolute target that names a public path's host",
      request: requestText(line("GET", "http://localhost/health/live/../../api/alice/tasks")),
      ...missing,
    },
    { name: "OPTIONS *", request: requestText(line("OPTIONS", "*")), ...missing },
    { name: "an empty target", request: requestText("GET  HTTP/1.1"), ...bad },
    { name: "a target without a slash", request: requestText(line("GET", "api/alice/tasks")), status: [400, 401] },
    { name: "a space in the target", request: requestText(line("GET", "/api/alice/tasks x")), ...bad },
    { name: "NUL in the target", request: requestText(line("GET", "/api/alice\0/tasks")), ...bad },
    {
      name: "HTTP/2.0 in the request line",
      request: requestText(line("GET", path, "HTTP/2.0")),
      status: [400, 401, 505],
    },
    { name: "HTTP/0.9", request: "GET /api/alice/tasks\r\n\r\n", ...bad },
    { name: "HTTP/1.0", request: requestText(line("GET", path, "HTTP/1.0")), ...missing },
    { name: "garbage", request: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ...bad },
    { name: "no host", request: `${line("GET")}\r\n${bearer(token)}\r\nconnection: close\r\n\r\n`, ...bad },
    { name: "a host that is none", request: `${line("GET")}\r\nhost: a b\r\nconnection: close\r\n\r\n`, ...bad },
    {
      name: "content-length and chunked",
      request: post(["content-length: 4", "transfer-encoding: chunked"], "0\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n"),
      ...bad,
    },
    { name: "two lengths", request: post(["content-length: 13", "content-length: 0"], body), ...bad },
    { name: "a length with a sign", request: post(["content-length: +13"], body), ...bad },
    { name: "a negative length", request: post(["content-length: -1"], body), ...bad },
    { name: "a length that is a list", request: post(["content-length: 13, 13"], body), ...bad },
    { name: "chunked twice", request: post(["transfer-encoding: chunked, identity"], "0\r\n\r\n"), ...bad },
    {
      name: "chunked, spelt with a tab",
      request: post(["transfer-encoding:\tchunked", "transfer-encoding: x"], "0\r\n\r\n"),
      ...bad,
    },
    {
      name: "a chunk's length that is none",
      request: post(["transfer-encoding: chunked"], "zz\r\nxx\r\n0\r\n\r\n"),
      ...bad,
    },
    {
      name: "an upgrade to HTTP/2",
      request: requestText(line("GET"), ["upgrade: h2c", "http2-settings: AAMAAABk"]),
      ...missing,
    },
    {
      name: "an upgrade to WebSocket",
      request: requestText(line("GET"), ["upgrade: websocket", "sec-websocket-version: 13"]),
      ...missing,
    },
    {
      name: "Expect without a token",
      request: requestText(line("POST"), [json, "expect: 100-continue"], body),
      ...missing,
    },
    {
      name: "Expect of something else",
      request: requestText(line("GET"), [bearer(token), "expect: tea"]),
      status: [400, 417],
    },
    {
      name: "2000 headers",
      request: requestText(
        line("GET"),
        Array.from({ length: 2500 }, (_, number) => `x-${number}: 1`),
      ),
      status: [401, 431],
    },
    {
      name: "a preflight of no allowed origin gets no handler",
      request: requestText(line("OPTIONS"), ["origin: https://evil.example", "access-control-request-method: GET"]),
      status: 204,
      code: null,
    },
  ];
}
