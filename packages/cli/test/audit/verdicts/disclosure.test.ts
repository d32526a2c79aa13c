import { expect, test } from "vitest";
import type { Answer } from "../../../src/audit/http/answer.ts";
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

test("recognises a user's data by values that only their own answer has under the same key", () => {
  const exclusive = exclusiveValues(
    answerWith({ tasks: [{ title: "of grace", done: "no" }] }),
    [answerWith({ tasks: [{ title: "of ada", done: "no" }] }), undefined],
    ["grace"],
  );
  expect(containsAny(answerWith([{ title: "of grace" }]), exclusive)).toBe(true);
  expect(containsAny(answerWith({ echo: "of grace" }), exclusive)).toBe(false);
  expect(containsAny(answerWith({ done: "no" }), exclusive)).toBe(false);
});

test("ignores the requested id and times", () => {
  const facts = {
    owner: "grace",
    at: "2026-01-02T03:04:05Z",
    seconds: 1_790_000_000,
    milliseconds: 1_790_000_000_000,
  };
  expect([...exclusiveValues(answerWith(facts), [answerWith({})], ["grace"])]).toEqual([]);
  expect([...exclusiveValues(answerWith({ count: 7 }), [answerWith({})], ["grace"])]).toEqual(["count=7"]);
});
