import { expect, test } from "vitest";
import { trustedProxies } from "../../../src/gate/request/addresses.ts";
import { forwardedHeaders } from "../../../src/gate/request/forwarded.ts";

const trusted = trustedProxies(["10.0.0.0/8", "fd00::/8"]);
const host = ["Host", "api.example.com"];

function forwarded(remoteAddress: string | undefined, rawHeaders: readonly string[], encrypted = false) {
  return forwardedHeaders({ remoteAddress, rawHeaders: [...host, ...rawHeaders], encrypted }, trusted);
}

const chainOf = (remoteAddress: string, ...values: string[]) =>
  forwarded(
    remoteAddress,
    values.flatMap((value) => ["X-Forwarded-For", value]),
  )["x-forwarded-for"];

test("a client's own words are replaced by what the gate sees", () => {
  const lies = [
    "X-Forwarded-For",
    "10.0.0.1",
    "X-Forwarded-Proto",
    "https",
    "X-Forwarded-Host",
    "evil.example",
  ];
  expect(forwarded("192.0.2.1", lies)).toEqual({
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "api.example.com",
  });
});

test("a trusted proxy's words are kept, and its address is appended", () => {
  const words = [
    "X-Forwarded-For",
    "192.0.2.1",
    "X-Forwarded-Proto",
    "HTTPS",
    "X-Forwarded-Host",
    "www.example:443",
  ];
  expect(forwarded("::ffff:10.0.0.1", words)).toEqual({
    "x-forwarded-for": "192.0.2.1, 10.0.0.1",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "www.example:443",
  });
});

test("the scheme is that of the connection", () => {
  expect(forwarded("192.0.2.1", ["X-Forwarded-Proto", "http"], true)["x-forwarded-proto"]).toBe("https");
  expect(forwarded("10.0.0.1", [], true)["x-forwarded-proto"]).toBe("https");
});

test.for([
  ["X-Forwarded-Proto", "javascript"],
  ["X-Forwarded-Proto", "https, http"],
  ["X-Forwarded-Proto", "https", "X-Forwarded-Proto", "https"],
  ["X-Forwarded-Proto", ""],
  ["X-Forwarded-Host", "evil.example/x"],
  ["X-Forwarded-Host", "a.example, b.example"],
  ["X-Forwarded-Host", "a.example", "X-Forwarded-Host", "b.example"],
  ["Forwarded", "for=192.0.2.9;proto=https;host=evil.example"],
])("%j of a trusted proxy is no single word, and is not taken", (words) => {
  expect(forwarded("10.0.0.1", words)).toEqual({
    "x-forwarded-for": "10.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "api.example.com",
  });
});

test("a Unix socket is no one's address, and is not trusted", () => {
  expect(forwarded(undefined, ["X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https"])).toEqual({
    "x-forwarded-proto": "http",
    "x-forwarded-host": "api.example.com",
  });
});

test("the chain ends at the first address that is not a trusted proxy's: the client", () => {
  expect(chainOf("10.0.0.1", "192.0.2.1")).toBe("192.0.2.1, 10.0.0.1");
  expect(chainOf("10.0.0.1", "203.0.113.6, 192.0.2.1")).toBe("192.0.2.1, 10.0.0.1");
  expect(chainOf("10.0.0.1", "203.0.113.6, 192.0.2.1, 10.0.0.2")).toBe("192.0.2.1, 10.0.0.2, 10.0.0.1");
  expect(chainOf("10.0.0.1", "203.0.113.6, 192.0.2.1", "10.0.0.2")).toBe("192.0.2.1, 10.0.0.2, 10.0.0.1");
  expect(chainOf("10.0.0.1", "10.0.0.3,10.0.0.2")).toBe("10.0.0.3, 10.0.0.2, 10.0.0.1");
  expect(chainOf("10.0.0.1", "127.0.0.1, unknown, 10.0.0.2")).toBe("10.0.0.2, 10.0.0.1");
  expect(chainOf("10.0.0.1", "192.0.2.1:4711")).toBe("192.0.2.1, 10.0.0.1");
  expect(chainOf("fd00::1", "[2001:db8::1]:4711")).toBe("2001:db8::1, fd00::1");
  expect(chainOf("fd00::1%eth0", "2001:db8::1, [fd00::2]")).toBe("2001:db8::1, fd00::2, fd00::1");
});

test.for([
  "",
  ",",
  "unknown",
  "_hidden",
  "evil\xff",
  "1.2.3",
  "192.0.2.1 evil",
  '"192.0.2.1"',
  "a".repeat(9_000),
])("%j is no address", (value) => {
  expect(chainOf("10.0.0.1", value)).toBe("10.0.0.1");
});
