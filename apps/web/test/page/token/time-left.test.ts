import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";
import { describeTimeLeft, fractionLeft, isExpired, lifetimeOf } from "../../../src/page/token/time-left.ts";

const NOON = Date.UTC(2030, 0, 1, 12);

test.each([
  [300_000, "Expires in 5 min 00 s"],
  [299_001, "Expires in 5 min 00 s"],
  [245_000, "Expires in 4 min 05 s"],
  [59_000, "Expires in 59 s"],
  [1, "Expires in 1 s"],
  [0, "Expired 0 s ago"],
  [-12_999, "Expired 12 s ago"],
  [-61_000, "Expired 1 min 01 s ago"],
  [3_720_000, "Expires in 1 h 02 min"],
])("%i ms from now: %s", (left, text) => {
  expect(describeTimeLeft(NOON + left, NOON)).toBe(text);
});

test("reads a lifetime from numbers only", () => {
  expect(lifetimeOf({ iat: 1, exp: 2 })).toEqual({ from: 1000, until: 2000 });
  expect(lifetimeOf({ iat: "1", exp: Number.NaN })).toEqual({ from: undefined, until: undefined });
});

test("the remaining fraction is between 0 and 1", () => {
  const lifetime = { from: NOON, until: NOON + 1000 };
  expect([-500, 0, 250, 1000, 5000].map((passed) => fractionLeft(lifetime, NOON + passed))).toEqual([
    1, 1, 0.75, 0, 0,
  ]);
  expect(fractionLeft({ from: undefined, until: NOON }, NOON)).toBe(0);
  expect(fractionLeft({ from: NOON, until: NOON }, NOON)).toBe(0);
});

test("a token has expired from its `exp` on, and a margin before", () => {
  const token = createTestIssuer().tokenFor("ada");
  const { exp = 0 } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(isExpired(token, 0, exp * 1000 - 1)).toBe(false);
  expect(isExpired(token, 0, exp * 1000)).toBe(true);
  expect(isExpired(token, 5000, exp * 1000 - 5001)).toBe(false);
  expect(isExpired(token, 5000, exp * 1000 - 5000)).toBe(true);
  expect(isExpired("not a token", 0, NOON)).toBe(true);
});
