import { expect, test } from "vitest";
import { headerFault } from "../../../src/gate/request/headers.ts";

const host = ["Host", "api.example.com"];
const faultOf = (...headers: string[]) => headerFault([...host, ...headers]);

test("ordinary headers have no fault", () => {
  expect(faultOf()).toBeUndefined();
  expect(faultOf("Accept", "a", "accept", "b", "Cookie", "a=1", "Cookie", "b=2")).toBeUndefined();
  expect(faultOf("Content-Length", "12", "Content-Type", "text/plain")).toBeUndefined();
  expect(faultOf("transfer-encoding", "Chunked")).toBeUndefined();
});

test.for([
  "Host",
  "Content-Length",
  "Content-Type",
  "Content-Encoding",
  "Content-Range",
  "Transfer-Encoding",
  "Expect",
  "Origin",
  "Upgrade",
  "Access-Control-Request-Method",
  "Sec-WebSocket-Key",
])("two of %s, even equal ones, are a fault", (name) => {
  const value = name === "Host" ? "api.example.com" : name === "Transfer-Encoding" ? "chunked" : "1";
  const once = name === "Host" ? [] : [name, value];
  expect(faultOf(...once)).toBeUndefined();
  expect(faultOf(...once, name.toUpperCase(), value)).toBe(`${name.toLowerCase()} was sent twice.`);
});

test.for([
  ["Content-Length", "5", "Transfer-Encoding", "chunked"],
  ["Transfer-Encoding", "chunked", "Content-Length", "0"],
  ["Transfer-Encoding", "gzip, chunked"],
  ["Transfer-Encoding", "chunked, identity"],
  ["Transfer-Encoding", "chunked, chunked"],
  ["Transfer-Encoding", "identity"],
  ["Transfer-Encoding", "xchunked"],
  ["Transfer-Encoding", "\x0bchunked"],
  ["Transfer-Encoding", "chunked;q=1"],
  ["Transfer-Encoding", ""],
  ["Content-Length", "+5"],
  ["Content-Length", "-1"],
  ["Content-Length", "0x5"],
  ["Content-Length", "5, 5"],
  ["Content-Length", "5 5"],
  ["Content-Length", "1e3"],
  ["Content-Length", ""],
  ["Content-Length", "\u0665"],
  ["Content-Length", "9999999999999999"],
])("%j leaves the end of the body open", (headers) => {
  expect(faultOf(...headers)).toMatch(/^(?:content-length|transfer-encoding) /);
});

test.for([
  "api.example.com",
  "API.example.com:8080",
  "localhost",
  "api_1",
  "127.0.0.1:80",
  "[::1]",
  "[2001:db8::1]:443",
])("the host %s has no fault", (value) => {
  expect(headerFault(["Host", value])).toBeUndefined();
});

test.for([
  "",
  " ",
  "api.example.com/",
  "api.example.com/admin",
  "api.example.com?x",
  "api.example.com#x",
  "user@api.example.com",
  "api.example.com:80@evil.example",
  "api.example.com\\evil.example",
  "api.example.com, evil.example",
  "api.example.com evil.example",
  "api.example.com:",
  "api.example.com:80:80",
  "api.example.com:port",
  "api.example.com:999999",
  "::1",
  "[::1",
  "[::1]x",
  "api%2eexample.com",
  "http://api.example.com",
  "api.example.com\t",
  "zo\xeb.example",
  "api<x>",
])("the host %j is a fault", (value) => {
  expect(headerFault(["Host", value])).toBe("host is not a host name with an optional port.");
});

test("no host is a fault", () => {
  expect(headerFault([])).toBe("host is missing.");
});
