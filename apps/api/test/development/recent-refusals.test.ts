import { expect, test } from "vitest";
import { createRecentRefusals } from "../../src/development/recent-refusals.ts";

test("keeps what the operator knows for a minute", () => {
  let now = 0;
  const refusals = createRecentRefusals(() => now);
  refusals.add("r1", { code: "token_expired", hint: "expired 3 s ago" }, undefined);
  refusals.add("r2", { code: "owner_mismatch", hint: undefined }, "ada");
  now = 59_999;
  expect(refusals.find("r1")).toEqual({ code: "token_expired", hint: "expired 3 s ago", user: null });
  expect(refusals.find("r2")).toEqual({ code: "owner_mismatch", hint: null, user: "ada" });
  now = 60_000;
  expect(refusals.find("r1")).toBeUndefined();
});

test("keeps the last hundred", () => {
  const refusals = createRecentRefusals(() => 0);
  for (let id = 0; id < 101; id++)
    refusals.add(`r${id}`, { code: "token_expired", hint: undefined }, undefined);
  expect(refusals.find("r0")).toBeUndefined();
  expect(refusals.find("r1")).toBeDefined();
});
