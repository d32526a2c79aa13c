import { expect, it } from "vitest";
import { checkedOwner } from "../../src/adapters/elysia/checked-owner.ts";
import { accessOf, levelsOf, type Mark } from "../../src/adapters/elysia/levels.ts";
import { requireScopes } from "../../src/index.ts";

const mark = (created: number | undefined, isAppWide = false): Mark<unknown> => ({
  options: {},
  created,
  isAppWide,
});

it("marks are of one level if another copy of the package created one of them", () => {
  const marks = [mark(5), mark(undefined)];
  expect(levelsOf(marks)).toEqual([marks]);
});

it("the marks of a whole app are outside of later ones that are listed before and after them", () => {
  const [first, app, last] = [mark(1), mark(2, true), mark(3)];
  const levels = levelsOf([first, app, last]);
  expect(levels.map((level) => level.map(({ created }) => created))).toEqual([[1, 3], [2]]);
});

it("a level is public if one of its marks says so, and none closes it", () => {
  const open = { ...mark(1), options: { public: true } };
  expect(accessOf([open as Mark<never>, mark(2) as Mark<never>])).toBe("public");
});

it("an owner rule that got another policy is another rule", () => {
  const or = [requireScopes("a")];
  const rule = { or };
  expect(checkedOwner(rule)).toBe(checkedOwner(rule));
  const before = checkedOwner(rule);
  or.push(requireScopes("b"));
  expect(checkedOwner(rule)).not.toBe(before);
  expect(checkedOwner(rule).or).toEqual(or);
});
