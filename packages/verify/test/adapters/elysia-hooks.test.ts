import { expect, it } from "vitest";
import { createHook, createMark, type Hook, readMarks } from "../../src/adapters/elysia/marks.ts";
import { requireScopes } from "../../src/index.ts";

it("a hook's scope never gets narrower, so that it runs wherever one of its apps needs it", () => {
  const hook = createHook("derive", () => ({}));
  const seen = (["local", "scoped", "local", "global", "scoped", "local"] as const).map((scope) => {
    hook.scope = scope;
    return hook.scope;
  });
  expect(seen).toEqual(["local", "scoped", "scoped", "global", "global", "global"]);
});

it("a hook keeps its own checksum, so that Elysia never drops it as a duplicate", () => {
  const [one, other] = [createHook("derive", () => ({})), createHook("derive", () => ({}))];
  const { checksum } = one;
  one.checksum = other.checksum = 1;
  expect(one.checksum).toBe(checksum);
  expect(checksum).toBeDefined();
  expect(other.checksum).not.toBe(checksum);
});

it("a hook is awaited only if it is asynchronous: constant responses stay synchronous", () => {
  expect(createHook("derive", async () => ({})).isAsync).toBe(true);
  expect(createHook("derive", () => ({})).isAsync).toBe(false);
});

it("policies close a route again that its group made public, and `public` opens it again", () => {
  const policies = [requireScopes("a")];
  const mark = (options: object) => createMark(options, () => ({}));
  const isPublic = (transform: readonly Hook[], left = {}) =>
    readMarks({ transform, ...left }).access === "public";
  // Elysia creates the inner one first.
  const [open, closed, opened] = [mark({ public: true }), mark({ policies }), mark({ public: true })];
  expect(isPublic([])).toBe(false);
  expect(isPublic([open])).toBe(true);
  expect(isPublic([closed, open])).toBe(true);
  expect(isPublic([opened, closed])).toBe(false);
  // Of guard() with a callback, which is listed last, or of the same route.
  expect(isPublic([open, closed])).toBe(false);
  expect(isPublic([closed, opened])).toBe(false);
  // What Elysia has not turned into a hook.
  expect(isPublic([], { public: true })).toBe(true);
  expect(isPublic([open], { policies })).toBe(false);
  // Of another copy of this package, so that the order is not known.
  const other = {
    fn: Object.assign(() => ({}), { [Symbol.for("usher-auth.elysia.options")]: { policies } }),
  };
  expect(readMarks({ transform: [other, open] }).access).toBe("required");
});

it("an owner rule is for those who need a token", () => {
  const mark = (options: object) => createMark(options, () => ({}));
  const rule = { or: [requireScopes("a")] };
  expect(readMarks({ transform: [mark({ owner: rule })] })).toMatchObject({ owner: rule });
  for (const options of [{ optionalAuth: true }, { public: true }]) {
    // The group's rule, listed first and created later, is not for what a route opens.
    const [open, outer] = [mark(options), mark({ owner: rule })];
    expect(readMarks({ transform: [outer, open] }).owner).toBeUndefined();
  }
});

it("policies that are not a list are named as the guard's option", () => {
  expect(() => readMarks({ policies: "scope a" as never })).toThrow(/^usher: policies must be a list/);
});
