import type { People } from "../support/people.ts";
import { type Attack, attack, bearer, getRequest, message, ordinaryBody } from "./attack.ts";

/** Requests whose end two parsers would see at different places. RFC 9112 sections 6, 7 and 11.2. */
export function framingAttacks(people: People): Attack[] {
  return [...lengths(people), ...chunks(people), ...sequences(people)];
}

const own = "/api/alice/tasks";
/**
 * Hidden in the body of another request. A server that reads it as a request must judge it, and alice may not
 * be there: if it arrives, it was not judged.
 */
const hiddenRequest = (token: string) =>
  `GET /api/bob/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Usher-User: bob\r\n${token}\r\n\r\n`;

function open(lines: readonly string[], body: string, version = "HTTP/1.1"): string {
  return [
    `POST ${own} ${version}`,
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    ...lines,
    "",
    body,
  ].join("\r\n");
}

function lengths({ alice }: People): Attack[] {
  const token = bearer(alice);
  const secret = hiddenRequest(token);
  const body = (name: string, lines: readonly string[], text: string, bodies: readonly string[] = []) =>
    attack(name, open([token, ...lines], text), { bodies });
  const chunked = "Transfer-Encoding: chunked";
  const both = (name: string, line: string) => [
    body(`length 4, then ${name}`, ["Content-Length: 4", line], `5c\r\n${secret}`),
    body(`${name}, then a length`, [line, `Content-Length: ${secret.length + 5}`], `0\r\n\r\n${secret}`, [
      `0\r\n\r\n${secret}`,
    ]),
  ];
  return [
    ...both("chunked", chunked),
    ...both("chunked with a tab", "Transfer-Encoding:\tchunked"),
    ...both("chunked with a vertical tab", "Transfer-Encoding: \x0bchunked"),
    ...both("xchunked", "Transfer-Encoding: xchunked"),
    ...both("chunked, a space before the colon", "Transfer-Encoding : chunked"),
    ...both("chunked, folded", "Transfer-Encoding:\r\n chunked"),
    ...both("chunked in upper case", "TRANSFER-ENCODING: CHUNKED"),
    ...both("identity, chunked", "Transfer-Encoding: identity, chunked"),
    ...both("chunked, identity", "Transfer-Encoding: chunked, identity"),
    ...both("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    ...both("chunked with a parameter", "Transfer-Encoding: chunked;q=0.5"),
    ...both("chunked in quotes", 'Transfer-Encoding: "chunked"'),
    ...both("a bare line feed", "X: y\nTransfer-Encoding: chunked"),
    ...both("a bare carriage return", "X: y\rTransfer-Encoding: chunked"),
    ...both("gzip, chunked", "Transfer-Encoding: gzip, chunked"),
    body(
      "two lengths, the short one first",
      ["Content-Length: 0", `Content-Length: ${secret.length}`],
      secret,
    ),
    body(
      "two lengths, the long one first",
      [`Content-Length: ${secret.length}`, "Content-Length: 0"],
      secret,
    ),
    body(
      "two equal lengths",
      [`Content-Length: ${secret.length}`, `Content-Length: ${secret.length}`],
      secret,
      [secret],
    ),
    body("a list of lengths", [`Content-Length: 0, ${secret.length}`], secret),
    ...["+0", "-0", "0x0", "0 0", "0.0", "1e1", '"0"', "", "18446744073709551616", "-1", "0,0", "0;x"].map(
      (length) => body(`length ${JSON.stringify(length)}`, [`Content-Length: ${length}`], secret),
    ),
    body("a length of the hidden request", [`Content-Length: ${secret.length}`], secret, [secret]),
    body("a length with a space before the colon", [`Content-Length : ${secret.length}`], secret),
    body("a length behind a bare line feed", [`X: y\nContent-Length: ${secret.length}`], secret),
    attack("HTTP/1.0 and chunked", open([token, chunked], `0\r\n\r\n${secret}`, "HTTP/1.0"), { bodies: [] }),
    attack(
      "HTTP/1.0, kept alive, and chunked",
      open([token, chunked, "Connection: keep-alive"], `0\r\n\r\n${secret}`, "HTTP/1.0"),
      { bodies: [] },
    ),
    attack(
      "GET with a hidden body",
      [`GET ${own} HTTP/1.1`, "Host: 127.0.0.1", token, `Content-Length: ${secret.length}`, "", secret].join(
        "\r\n",
      ),
      { bodies: [secret] },
    ),
  ];
}

function chunks({ alice }: People): Attack[] {
  const token = bearer(alice);
  const secret = hiddenRequest(token);
  const size = secret.length.toString(16);
  const chunked = (name: string, text: string, bodies: readonly string[] = ["", "abc", "abcdef"]) =>
    attack(name, open([token, "Transfer-Encoding: chunked"], text), { bodies });
  return [
    chunked("a chunk extension", "3;x=y\r\nabc\r\n0\r\n\r\n"),
    chunked("a quoted chunk extension with a line break", '3;x="\r\n0\r\n\r\n"\r\nabc\r\n0\r\n\r\n'),
    chunked("a chunk extension with a bare line feed", `3;\nxx\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk extension with a bare carriage return", `3;\rxx\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk extension of 100 KB", `3;${"x".repeat(100_000)}\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk size with 0x", `0x3\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk size with a sign", `+3\r\nabc\r\n0\r\n\r\n`),
    chunked("a negative chunk size", `-3\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk size with a space", `3 \r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk size beyond 64 bits", `10000000000000003\r\nabc\r\n0\r\n\r\n`),
    chunked("a chunk size with leading zeros", `${"0".repeat(64)}3\r\nabc\r\n0\r\n\r\n`),
    chunked("an empty chunk size", `\r\nabc\r\n0\r\n\r\n${secret}`),
    chunked("a chunk that ends with a line feed", `3\nabc\n0\n\n${secret}`),
    chunked("a chunk without its end", `3\r\nabc0\r\n\r\n${secret}`),
    chunked("a chunk that is longer than its size", `3\r\nabcdef\r\n0\r\n\r\n${secret}`),
    chunked("a last chunk with an extension", `0;x\r\n\r\n`),
    chunked("a last chunk of several zeros", `3\r\nabc\r\n000\r\n\r\n`),
    chunked("a hidden request in a chunk", `${size}\r\n${secret}\r\n0\r\n\r\n`, [secret]),
    chunked("an identity in the trailer", "3\r\nabc\r\n0\r\nX-Usher-User: bob\r\nX-Usher-Claims: {}\r\n\r\n"),
    chunked("a token in the trailer", `3\r\nabc\r\n0\r\n${token}\r\n\r\n`),
    chunked(
      "a length in the trailer",
      "3\r\nabc\r\n0\r\nContent-Length: 100\r\nTransfer-Encoding: identity\r\n\r\n",
    ),
    chunked("an unfinished trailer", `3\r\nabc\r\n0\r\nX-A: `),
    chunked("an unfinished chunk", "ff\r\nabc"),
  ];
}

/** Several requests on one connection. */
function sequences({ alice, bob }: People): Attack[] {
  const keep = (text: string) => text.replace("Connection: close\r\n", "");
  const ownGet = keep(getRequest(own, bearer(alice)));
  const refusedPost = keep(message("POST /api/bob/tasks HTTP/1.1", [bearer(alice)], ordinaryBody));
  const anonymousPost = keep(message(`POST ${own} HTTP/1.1`, [], hiddenRequest(bearer(alice))));
  const pair = (name: string, text: string, requests = 2, bodies = ["", ordinaryBody]) =>
    attack(name, text, { requests, bodies });
  return [
    pair("alice's request, then one without a token", ownGet + keep(getRequest(own)), 1),
    pair("alice's request, then bob's path", ownGet + keep(getRequest("/api/bob/tasks", bearer(alice))), 1),
    pair("alice's request, then bob's", ownGet + keep(getRequest("/api/bob/tasks", bearer(bob)))),
    pair("a refused body, then alice's request", refusedPost + ownGet, 1),
    pair("a refused body with a hidden request", anonymousPost, 0),
    pair(
      "a refused body that is cut short, then a hidden request",
      `POST /api/bob/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nContent-Length: 1000\r\n\r\n${hiddenRequest(bearer(alice))}`,
      0,
    ),
    pair(
      "a refused chunked body with a hidden request",
      `POST /api/bob/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\n${hiddenRequest(bearer(alice))}`,
      0,
    ),
    pair(
      "a refused expectation with a hidden request",
      `POST /api/bob/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nExpect: 100-continue\r\nContent-Length: 200\r\n\r\n${hiddenRequest(bearer(alice))}`,
      0,
    ),
    pair(
      "an expectation of something else",
      `POST ${own} HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nExpect: 200-ok\r\nContent-Length: 3\r\n\r\nabc`,
      1,
      ["abc"],
    ),
    pair("line breaks before a request", `\r\n\r\n${ownGet}`, 1),
    pair(
      "ten pipelined requests of two users",
      Array.from({ length: 5 }, () => ownGet + keep(getRequest("/api/bob/tasks", bearer(bob)))).join(""),
      10,
    ),
    pair(
      "an upgrade, then a hidden request",
      `GET ${own} HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nConnection: Upgrade\r\nUpgrade: something\r\n\r\n${hiddenRequest(bearer(alice))}`,
      1,
    ),
    pair(
      "a WebSocket of a wrong version, then a hidden request",
      `GET ${own} HTTP/1.1\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${hiddenRequest(bearer(alice))}`,
      1,
    ),
    pair(
      "HTTP/1.0 kept alive, then bob's path",
      `GET ${own} HTTP/1.0\r\nHost: 127.0.0.1\r\n${bearer(alice)}\r\nConnection: keep-alive\r\n\r\n${keep(getRequest("/api/bob/tasks", bearer(alice)))}`,
      1,
    ),
    pair("lines that end with a line feed", ownGet.replaceAll("\r\n", "\n"), 1),
    pair(
      "headers that end with a line feed",
      ownGet.replace("\r\n\r\n", "\n\n") + keep(getRequest("/api/bob/tasks", bearer(alice))),
      1,
    ),
    pair("the preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${ownGet}`, 1),
    pair("a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0),
    pair("a PROXY line", `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${ownGet}`, 1),
    pair(
      "a binary PROXY line",
      `\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\x00\x01\x00\x02${ownGet}`,
      1,
    ),
  ];
}
