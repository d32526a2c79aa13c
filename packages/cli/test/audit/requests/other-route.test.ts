import { expect, test } from "vitest";
import { parseDocument } from "../../../src/audit/document/document.ts";
import { operationsOf } from "../../../src/audit/document/operations.ts";
import { isOtherRoute } from "../../../src/audit/requests/other-route.ts";

test("a path that normalises to another operation's path belongs to that operation", () => {
  const paths = { "/users/{userId}": { get: {} }, "/users": { get: {} }, "/users/{userId}/a.b": { get: {} } };
  const operations = operationsOf(parseDocument(JSON.stringify({ openapi: "3.1.0", paths }), "test"), []);
  const [user] = operations;
  if (user === undefined) throw new Error("no operation");
  const isOther = (path: string) => isOtherRoute(path, user, operations, "/v1");
  expect(isOther("/v1/users/")).toBe(true);
  expect(isOther("/v1//users/ada/../grace/a.b?x=/y")).toBe(true);
  expect(isOther("/v1/users/ada/../grace")).toBe(false);
  expect(isOther("/v1/users/grace/axb")).toBe(false);
});
