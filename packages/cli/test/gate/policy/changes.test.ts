import { expect, test } from "vitest";
import { changesBetween } from "../../../src/gate/policy/changes.ts";
import { isLooser } from "../../../src/gate/policy/strictness.ts";
import { policyOf } from "./support/policy.ts";
import { rule } from "./support/rules.ts";

const held = { owners: new Map([["user_id", "sub"]]) };
const scoped = (...scopes: string[][]) => ({ scopes });
const claims = (...values: string[]) => ({ claims: new Map([["role", values]]) });

test.each([
  ["public", "optional"],
  ["optional", "required"],
  ["required", "denied"],
] as const)("%s is looser than %s", (one, other) => {
  expect(isLooser(rule("GET /", { access: one }), rule("GET /", { access: other }))).toBe(true);
  expect(isLooser(rule("GET /", { access: other }), rule("GET /", { access: one }))).toBe(false);
});

test.each([
  [{}, held, true],
  [held, {}, false],
  [held, held, false],
  [{ owners: new Map([["user_id", "org"]]) }, held, true],
  [{}, scoped(["a"]), true],
  [scoped(["a"]), {}, false],
  [scoped(["a"]), scoped(["a", "b"]), true],
  [scoped(["a", "b"]), scoped(["a"]), false],
  [scoped(["a"], ["b"]), scoped(["a"]), true],
  [scoped(["a"]), scoped(["a"], ["b"]), false],
  [{}, claims("admin"), true],
  [claims("admin"), {}, false],
  [claims("admin", "user"), claims("admin"), true],
  [claims("admin"), claims("admin", "user"), false],
])("%j is looser than %j: %s", (one, other, expected) => {
  expect(isLooser(rule("GET /", one), rule("GET /", other))).toBe(expected);
});

test("a sentence for each change; what is looser is apart", () => {
  const before = policyOf(`
info: { title: Before }
paths:
  /same: { get: {} }
  /gone: { get: {} }
  /opened: { get: { security: [{ oauth: [read] }] } }
  /closed: { get: { security: [] } }
`);
  const after = policyOf(`
info: { title: After }
paths:
  /same: { get: {} }
  /opened: { get: { security: [] } }
  /closed: { get: {} }
  /added: { get: { security: [] } }
`);
  expect(changesBetween(before, after)).toEqual({
    loosened: [
      "GET /opened now requires nothing: it is public, and required a token, scope read.",
      "GET /added is new, and public.",
    ],
    others: [
      'The title is now "After", and was "Before".',
      "GET /closed now requires a token, and required nothing: it is public.",
      "GET /gone is gone.",
    ],
    warnings: [expect.stringMatching(/^GET \/closed: every valid token may call it/) as string],
  });
  expect(changesBetween(before, before)).toEqual({ loosened: [], others: [], warnings: [] });
});

test("a new version of a large document does not fill the log", () => {
  const paths = Array.from({ length: 50 }, (_, index) => `  /p${index}: { get: {} }`).join("\n");
  const { others, loosened } = changesBetween(policyOf("paths: {}"), policyOf(`paths:\n${paths}`));
  expect(loosened).toEqual([]);
  expect(others).toHaveLength(21);
  expect(others.at(-1)).toBe("30 more like these.");
});
