import { expect, test } from "vitest";
import { isLocal, isLocalRequest } from "../../src/development/local.ts";

const here = {
  production: false,
  host: "127.0.0.1",
  issuer: "http://localhost:3000",
  audience: "http://localhost:3001",
};

test("is local only if nothing is production and every address is this machine", () => {
  expect(isLocal(here)).toBe(true);
  expect(
    isLocal({ ...here, host: "::1", issuer: "http://[::1]:3000", audience: "http://127.0.0.1:3001" }),
  ).toBe(true);
  for (const change of [
    { production: true },
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.168.1.10" },
    { issuer: "https://app.example.com" },
    { issuer: "http://localhost.example.com" },
    { audience: "https://api.example.com" },
    { audience: "http://127.0.0.1.example.com" },
  ]) {
    expect(isLocal({ ...here, ...change }), JSON.stringify(change)).toBe(false);
  }
});

test.each([
  [{ host: "localhost:3001" }, true],
  [{ host: "127.0.0.1:3001" }, true],
  [{ host: "[::1]:3001" }, true],
  [{ host: "api.example.com" }, false],
  [{ host: "localhost@evil.example" }, false],
  [{ host: "127.0.0.1.evil.example:3001" }, false],
  [{}, false],
  [{ host: "localhost:3001", "x-forwarded-for": "192.0.2.1" }, false],
  [{ host: "localhost:3001", "x-forwarded-host": "api.example.com" }, false],
  [{ host: "localhost:3001", forwarded: "for=192.0.2.1" }, false],
  [{ host: "localhost:3001", "x-real-ip": "192.0.2.1" }, false],
  [{ host: "localhost:3001", via: "1.1 proxy" }, false],
])("a request with %j: %s", (headers, expected) => {
  expect(isLocalRequest(headers)).toBe(expected);
});
