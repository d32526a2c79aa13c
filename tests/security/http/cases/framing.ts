import {
  bad,
  bearer,
  type HostileCase,
  type Ingredients,
  latin1,
  missing,
  own,
  ownPath,
  requestLine,
  requestText,
} from "./case.ts";

const json = "content-type: application/json";
const body = JSON.stringify({ title: "x" });
const tooLarge = { status: 431, code: "headers_too_large" } as const;

/** Requests that two parsers would read differently. */
export function framingCases(ingredients: Ingredients): HostileCase[] {
  return [...versions(ingredients), ...lengths(ingredients), ...extras(ingredients)];
}

function versions({ token }: Ingredients): HostileCase[] {
  return [
    {
      name: "HTTP/2.0 in the request line",
      request: requestText(requestLine("GET", ownPath, "HTTP/2.0")),
      ...missing,
    },
    { name: "the preface of HTTP/2", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ...bad },
    { name: "HTTP/0.9", request: `GET ${ownPath}\r\n\r\n`, ...missing },
    { name: "HTTP/1.0", request: requestText(requestLine("GET", ownPath, "HTTP/1.0")), ...missing },
    {
      name: "HTTP/1.1 in lower case",
      request: requestText(requestLine("GET", ownPath, "http/1.1"), [bearer(token)]),
      ...bad,
    },
    { name: "garbage", request: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ...bad },
    {
      name: "lines that end with LF only",
      request: requestText(requestLine("GET")).replaceAll("\r\n", "\n"),
      ...bad,
    },
  ];
}

/** RFC 9112 sections 6 and 11.2: where a request ends. */
function lengths({ token }: Ingredients): HostileCase[] {
  const post = (headers: readonly string[], text: string) =>
    [
      requestLine("POST"),
      "host: localhost",
      bearer(token),
      json,
      ...headers,
      "connection: close",
      "",
      text,
    ].join("\r\n");
  const smuggled = `0\r\n\r\n${requestText(requestLine("GET", "/api/bob/tasks"))}`;
  const chunked = "transfer-encoding: chunked";
  return [
    { name: "content-length and chunked", request: post(["content-length: 4", chunked], smuggled), ...bad },
    { name: "chunked and content-length", request: post([chunked, "content-length: 4"], smuggled), ...bad },
    { name: "two lengths", request: post(["content-length: 13", "content-length: 0"], body), ...bad },
    { name: "a length with a sign", request: post(["content-length: +13"], body), ...bad },
    { name: "a negative length", request: post(["content-length: -1"], body), ...bad },
    { name: "a length in hexadecimal", request: post(["content-length: 0x0d"], body), ...bad },
    {
      name: "a length beyond all integers",
      request: post([`content-length: ${"9".repeat(30)}`], body),
      ...bad,
    },
    { name: "a length that is a list", request: post(["content-length: 13, 13"], body), ...bad },
    { name: "chunked twice", request: post(["transfer-encoding: chunked, identity"], "0\r\n\r\n"), ...bad },
    {
      name: "chunked, with a tab",
      request: post(["transfer-encoding:\tchunked", "transfer-encoding: x"], "0\r\n\r\n"),
      ...bad,
    },
    {
      name: "chunked, a space before the colon",
      request: post(["transfer-encoding : chunked"], smuggled),
      ...bad,
    },
    { name: "an invalid chunk length", request: post([chunked], "zz\r\nxx\r\n0\r\n\r\n"), ...bad },
    {
      name: "a token in the trailer",
      request: requestText(requestLine("GET"), [chunked, "trailer: authorization"]).concat(
        `0\r\n${bearer(token)}\r\n\r\n`,
      ),
      ...missing,
    },
    {
      name: "a second request in a body",
      request: requestText(requestLine("POST"), [json], requestText(requestLine("GET"), [bearer(token)])),
      ...missing,
    },
  ];
}

function extras({ token }: Ingredients): HostileCase[] {
  return [
    {
      name: "an upgrade to HTTP/2",
      request: requestText(requestLine("GET"), ["upgrade: h2c", "http2-settings: AAMAAABk"]),
      ...missing,
    },
    {
      name: "an upgrade to WebSocket",
      request: requestText(requestLine("GET"), ["upgrade: websocket", "sec-websocket-version: 13"]),
      ...missing,
    },
    {
      name: "Expect without a token",
      request: requestText(requestLine("POST"), [json, "expect: 100-continue"], body),
      ...missing,
    },
    {
      name: "Expect of something else",
      request: requestText(requestLine("GET"), [bearer(token), "expect: tea"]),
      status: 417,
      code: null,
    },
    {
      name: "a header without a name",
      request: requestText(requestLine("GET"), [bearer(token), ": x"]),
      ...bad,
    },
    {
      name: "a header without a colon",
      request: requestText(requestLine("GET"), [bearer(token), "x"]),
      ...bad,
    },
    {
      name: "a Latin-1 byte in another header",
      request: latin1(requestText(requestLine("GET"), [bearer(token), "x-name: Andr\xe9"])),
      ...own,
    },
    {
      name: "2500 headers",
      request: requestText(
        requestLine("GET"),
        Array.from({ length: 2500 }, (_, number) => `x-${number}: 1`),
      ),
      ...tooLarge,
    },
    {
      name: "a token behind 2000 headers",
      request: requestText(requestLine("GET"), [
        ...Array.from({ length: 2000 }, () => "x: 1"),
        bearer(token),
      ]),
      ...tooLarge,
    },
  ];
}
