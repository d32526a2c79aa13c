import { describe, expect, it } from "vitest";
import { faultsOf } from "./entry-schema.ts";

const time = "2026-01-01T00:00:00.000Z";
const refused = { time, event: "request.refused", outcome: "failure", code: "token_expired", adapter: "koa" };

describe("the schema of audit entries", () => {
  it("accepts an entry", () => {
    expect(faultsOf(refused)).toEqual([]);
  });

  it.each<[string, object]>([
    ["another property, such as a token", { ...refused, token: "x" }],
    ["no time", { ...refused, time: undefined }],
    ["a time without a zone", { ...refused, time: "2026-01-01T00:00:00" }],
    ["an unknown event", { ...refused, event: "request.accepted" }],
    ["a refusal that succeeded", { ...refused, outcome: "success" }],
    ["a refusal without a code", { ...refused, code: undefined }],
    ["a control character", { ...refused, hint: "a\u001b[2J" }],
    ["a long text", { ...refused, subject: "x".repeat(501) }],
    [
      "an exception without its parameters",
      { time, event: "request.exception", outcome: "success", subject: "a", adapter: "koa" },
    ],
    ["a revocation that is not said", { time, event: "revocation.made", outcome: "success" }],
    ["keys that are not said", { time, event: "keys.changed", outcome: "success" }],
    ["a rejected logout without a code", { time, event: "logout.received", outcome: "failure" }],
  ])("rejects %s", (_what, entry) => {
    expect(faultsOf(JSON.parse(JSON.stringify(entry)))).not.toEqual([]);
  });
});
