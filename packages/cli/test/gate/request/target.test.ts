import { expect, test } from "vitest";
import { isCanonical, readTarget, type Target } from "../../../src/gate/request/target.ts";
import { canonical, rejected } from "./targets.ts";

function read(raw: string): Target {
  const target = readTarget(raw);
  if ("fault" in target) throw new Error(target.fault);
  return target;
}

test.for(canonical)("%j is sent as %j", ([raw, expected]) => {
  const target = read(raw);
  expect(target.path + target.query).toBe(expected);
  expect(target.segments).toEqual(target.path.slice(1).split("/").map(decodeURIComponent));
  expect(read(expected)).toEqual(target);
  expect([isCanonical(raw, target), isCanonical(expected, target)]).toEqual([raw === expected, true]);
});

test.for(rejected)("%j is rejected: %s", ([raw, reason]) => {
  const target = readTarget(raw);
  expect("fault" in target && target.fault).toContain(reason);
});

test.for([
  ["/", [""]],
  ["/api/u1/", ["api", "u1", ""]],
  ["/%61/zo%c3%ab/100%25/a+b/c%3Fd", ["a", "zoë", "100%", "a+b", "c?d"]],
] as const)("the segments of %s are decoded once", ([raw, segments]) => {
  expect(read(raw).segments).toEqual(segments);
});

test("a query that is not the target's own is not its canonical form", () => {
  expect(isCanonical("/a?b=1", read("/a"))).toBe(false);
  expect(isCanonical("/a", read("/a?b=1"))).toBe(false);
});

test("a path may have 8,192 characters, also in its canonical form", () => {
  expect(read(`/${"a".repeat(8_191)}`).path).toHaveLength(8_192);
  expect(readTarget(`/${"a".repeat(8_192)}`)).toEqual({ fault: "The path is too long." });
  expect(readTarget(`/${"|".repeat(3_000)}`)).toEqual({ fault: "The path is too long." });
  expect(read(`/${"%61".repeat(2_730)}`).path).toHaveLength(2_731);
  expect(read(`/a?${"b".repeat(9_000)}`).query).toHaveLength(9_001);
});

test.each(["/secret%2fvalue", "/a?_method=secret", "/secret;", "secret"])(
  "the fault of %s has nothing of the request in it",
  (raw) => {
    expect(JSON.stringify(readTarget(raw))).not.toMatch(/secret|value/);
  },
);
