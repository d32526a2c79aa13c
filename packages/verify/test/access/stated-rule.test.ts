import { describe, expect, it } from "vitest";
import { passRule, statedRuleOf, stateRule } from "../../src/access/stated-rule.ts";
import { requireScopes } from "../../src/index.ts";

describe("the owner rule of a middleware", () => {
  const rule = { or: [requireScopes("users:read")] };
  const stating = () => stateRule(rule, () => () => undefined, "what it runs");

  it("is the one that it states, and passes to a middleware that wraps it", () => {
    const [middleware, wrapper] = [stating(), () => undefined];
    passRule(middleware, wrapper);
    for (const one of [middleware, wrapper])
      expect(statedRuleOf(one)).toMatchObject({ rule, covered: "what it runs" });
  });

  it("is none if it states none, or if there is no middleware", () => {
    expect(statedRuleOf(() => undefined)).toBeUndefined();
    expect(statedRuleOf(undefined)).toBeUndefined();
  });

  it("is not set on a wrapper of a middleware that states none: the wrapper may be frozen", () => {
    const wrapper = Object.freeze(() => undefined);
    for (const from of [() => undefined, undefined]) expect(() => passRule(from, wrapper)).not.toThrow();
    expect(statedRuleOf(wrapper)).toBeUndefined();
  });
});
