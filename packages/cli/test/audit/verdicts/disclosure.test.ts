import { expect, test } from "vitest";
import { parseDocument } from "../../../src/audit/document/document.ts";
import { operationsOf } from "../../../src/audit/document/operations.ts";
import type { Answer } from "../../../src/audit/http/answer.ts";
import { isOtherRoute } from "../../../src/audit/requests/other-route.ts";
import { containsAny, exclusiveValues } from "../../../src/audit/verdicts/disclosure.ts";

function answerWith(json: unknown): Answer {
  return {
    status: 200,
    mediaType: "application/json",
    hasChallenge: false,
    hasProblem: false,
    location: undefined,
    retryAfter: undefined,
    text: JSON.stringify(json),
    json,
  };
}

test("a user is told by what only their own answer has, under the same key", () => {
  const traces = exclusiveValues(
    answerWith({ tasks: [{ title: "of grace", done: "no" }] }),
    answerWith({ tasks: [{ title: "of ada", done: "no" }] }),
    "grace",
  );
  expect(containsAny(answerWith([{ title: "of grace" }]), traces)).toBe(true);
  expect(containsAny(answerWith({ echo: "of grace" }), traces)).toBe(false);
  expect(containsAny(answerWith({ done: "no" }), traces)).toBe(false);
});

test("neither the id that was asked with nor a time tells anybody", () => {
  const facts = {
    owner: "grace",
    at: "2026-01-02T03:04:05Z",
    seconds: 1_790_000_000,
    milliseconds: 1_790_000_000_000,
  };
  expect([...exclusiveValues(answerWith(facts), answerWith({}), "grace")]).toEqual([]);
  expect([...exclusiveValues(answerWith({ count: 7 }), answerWith({}), "grace")]).toEqual(["count=7"]);
});

test("a path that a server tidies up into another operation's is that one's affair", () => {
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
