import { expect, test } from "vitest";
import { isLocal, isLocalRequest } from "../../../src/server/development/local.ts";

const here = { production: false, host: "127.0.0.1", apiUrl: "http://localhost:3001" };

test("is local only if nothing is production and every address is this machine", () => {
  expect(isLocal(here, "http://localhost:3000")).toBe(true);
  expect(isLocal({ ...here, host: "::1", apiUrl: "http://[::1]:3001" }, "http://127.0.0.1:3000")).toBe(true);
  for (const change of [
    { production: true },
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.168.1.10" },
    { apiUrl: "https://api.example.com" },
    { apiUrl: "http://127.0.0.1.example.com" },
  ]) {
    expect(isLocal({ ...here, ...change }, "http://localhost:3000"), JSON.stringify(change)).toBe(false);
  }
  expect(isLocal(here, "https://app.example.com")).toBe(false);
  expect(isLocal(here, "http://localhost.example.com")).toBe(false);
});

test.each([
  [{ host: "localhost:3000" }, true],
  [{ host: "[::1]:3000" }, true],
  [{ host: "app.example.com" }, false],
  [{ host: "127.0.0.1.evil.example:3000" }, false],
  [{}, false],
  [{ host: "localhost:3000", "x-forwarded-proto": "https" }, false],
  [{ host: "localhost:3000", forwarded: "for=192.0.2.1" }, false],
  [{ host: "localhost:3000", "x-real-ip": "192.0.2.1" }, false],
  [{ host: "localhost:3000", via: "1.1 proxy" }, false],
])("a request with %j: %s", (headers, expected) => {
  expect(isLocalRequest(new Headers(headers))).toBe(expected);
});
