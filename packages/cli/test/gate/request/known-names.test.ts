import { expect, test, vi } from "vitest";
import { rememberNames } from "../../../src/gate/request/known-names.ts";

test("a name is read once, whatever was read", () => {
  const read = vi.fn((name: string) => (name === "a" ? undefined : name.toUpperCase()));
  const remembered = rememberNames(read);
  expect(["a", "b", "a", "b"].map(remembered)).toEqual([undefined, "B", undefined, "B"]);
  expect(read).toHaveBeenCalledTimes(2);
});

test("spellings are different names", () => {
  const remembered = rememberNames((name) => name);
  expect(["X-Usher-User", "x-usher-user", "X_Usher_User"].map(remembered)).toEqual([
    "X-Usher-User",
    "x-usher-user",
    "X_Usher_User",
  ]);
});

test("clients that send many names, or long ones, fill a limited memory", () => {
  const read = vi.fn((name: string) => name);
  const remembered = rememberNames(read);
  const many = Array.from({ length: 2000 }, (_, number) => `x-${number}`);
  const long = "x".repeat(65);
  for (const name of [long, ...many, long, ...many]) expect(remembered(name)).toBe(name);
  // 500 are read once, and all others each time.
  expect(read).toHaveBeenCalledTimes(500 + 2 * 1501);
});
