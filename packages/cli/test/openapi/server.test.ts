import { expect, test } from "vitest";
import { isLoopback, targetOf } from "../../src/openapi/server.ts";

const source = new URL("http://localhost:3001/docs/openapi.json");

test.each<[server: string | undefined, path: string]>([
  ["https://api.example.com/v1/", "/v1"],
  ["/v2", "/v2"],
  ["v3", "/docs/v3"],
  [undefined, ""],
])("sends requests to the document's origin if it names the server %s", (server, path) => {
  const target = targetOf(server === undefined ? {} : { servers: [{ url: server }] }, undefined, source);
  expect(target).toMatchObject({ origin: "http://localhost:3001", path });
});

test("notes that the document names another origin", () => {
  const { note } = targetOf({ servers: [{ url: "https://api.example.com/v1/" }] }, undefined, source);
  expect(note).toContain("https://api.example.com");
  expect(targetOf({ servers: [{ url: "/v2" }] }, undefined, source).note).toBeUndefined();
});

test("sends requests to --server, whatever the document names", () => {
  const root = { servers: [{ url: "https://api.example.com" }] };
  expect(targetOf(root, "http://127.0.0.1:9/x/", source)).toEqual({
    origin: "http://127.0.0.1:9",
    path: "/x",
    note: undefined,
  });
});

test.each([
  ["http://localhost:1", true],
  ["http://api.localhost", true],
  ["http://127.8.9.1", true],
  ["http://[::1]:80", true],
  ["http://127.0.0.1.example.com", false],
  ["http://localhost.example.com", false],
  ["http://0.0.0.0", false],
  ["http://10.0.0.1", false],
])("%s is this machine: %s", (origin, expected) => {
  expect(isLoopback(origin)).toBe(expected);
});
