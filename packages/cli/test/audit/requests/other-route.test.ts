import { expect, test } from "vitest";
import { isOtherRoute } from "../../../src/audit/requests/other-route.ts";
import { parseDocument } from "../../../src/openapi/document.ts";
import { operationsOf } from "../../../src/openapi/operations.ts";

const paths = { "/users/{userId}": { get: {} }, "/users": { get: {} }, "/users/{userId}/a.b": { get: {} } };
const operations = operationsOf(parseDocument(JSON.stringify({ openapi: "3.1.0", paths }), "test"));

test.each([
  ["/v1/users/", true],
  ["/v1//users/ada/../grace/a.b?x=/y", true],
  ["/v1/users/ada/../grace", false],
  ["/v1/users/grace/axb", false],
])("%s belongs to another operation once it is normalised: %s", (path, expected) => {
  const [user] = operations;
  if (user === undefined) throw new Error("no operation");
  expect(isOtherRoute(path, user, operations, "/v1")).toBe(expected);
});
