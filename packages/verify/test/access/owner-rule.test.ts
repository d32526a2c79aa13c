import { describe, expect, it } from "vitest";
import {
  checkOwnerRule,
  exceptionNames,
  type OwnerRule,
  readOwnerRule,
} from "../../src/access/owner-rule.ts";
import { type RouteRules, readRouteRules } from "../../src/access/route-rules.ts";
import { ConfigurationError, requireClaim, requireScopes } from "../../src/index.ts";

const isSupport = requireClaim(({ role }) => role === "support", "role support");
const sync = requireScopes("tasks:sync");

describe("readOwnerRule", () => {
  it("takes a frozen copy, or none if there is no rule", () => {
    const or = [isSupport];
    const rule = readOwnerRule({ or, params: ["userId"], clients: [sync] }, "GET /");
    or.length = 0;
    expect(rule).toEqual({ or: [isSupport], params: ["userId"], clients: [sync] });
    expect([rule, rule?.or, rule?.params, rule?.clients].every(Object.isFrozen)).toBe(true);
    expect(readOwnerRule(undefined, "GET /")).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["a text", "or", "GET /: owner must be"],
    ["null", null, "GET /: owner must be"],
    ["a rule that says nothing", {}, "GET /: owner must be"],
    ["a list of policies", [isSupport], "GET /: owner must be"],
    ["a function, even with an or", Object.assign(() => true, { or: [isSupport] }), "GET /: owner must be"],
    ["params alone", { params: ["userId"] }, "GET /: owner must be"],
    [
      "params with clients only",
      { clients: [sync], params: ["userId"] },
      "owner.params says what owner.or is for",
    ],
    ["an empty or", { or: [] }, "GET /: owner.or: pass at least one policy."],
    ["an empty clients", { clients: [] }, "GET /: owner.clients: pass at least one policy."],
    ["a policy without a list", { or: isSupport }, "owner.or: policies must be a list"],
    ["true", { or: true }, "owner.or: policies must be a list"],
    ["null as clients", { or: [isSupport], clients: null }, "owner.clients: policies must be a list"],
    ["an empty list of params", { or: [isSupport], params: [] }, "owner.params must be a list"],
    ["empty params", { or: [isSupport], params: "" }, "owner.params must be a list"],
    [
      "a member that does not exist",
      { or: [isSupport], client: [sync] },
      'GET /: owner has no "client", only or, params, clients.',
    ],
  ])("rejects %s", (_case, rule, message) => {
    expect(() => readOwnerRule(rule as OwnerRule, "GET /")).toThrow(ConfigurationError);
    expect(() => readOwnerRule(rule as OwnerRule, "GET /")).toThrow(message);
  });
});

describe("checkOwnerRule", () => {
  it.each<[string, OwnerRule, string[], string]>([
    ["a path without an owner parameter", { or: [isSupport] }, [], "an owner parameter in their path"],
    ["params that the path does not have", { or: [isSupport], params: ["uid"] }, ["userId"], '"uid"'],
    ["or without params for several parameters", { or: [isSupport] }, ["orgId", "userId"], "orgId, userId"],
  ])("rejects %s", (_case, rule, names, message) => {
    expect(() => checkOwnerRule(rule, names, "/x")).toThrow(ConfigurationError);
    expect(() => checkOwnerRule(rule, names, "/x")).toThrow(message);
  });

  it("accepts clients for several parameters, and no rule", () => {
    expect(() => checkOwnerRule({ clients: [sync] }, ["orgId", "userId"], "/x")).not.toThrow();
    expect(() =>
      checkOwnerRule({ or: [isSupport], params: ["userId"] }, ["orgId", "userId"], "/x"),
    ).not.toThrow();
    expect(() => checkOwnerRule(undefined, [], "/x")).not.toThrow();
  });
});

describe("exceptionNames", () => {
  it("says who else is accepted, in words", () => {
    expect(exceptionNames({ or: [isSupport, sync], clients: [sync] })).toEqual([
      "or role support, scope tasks:sync",
      "clients with scope tasks:sync",
    ]);
    expect(exceptionNames({ or: [isSupport], params: ["userId"] })).toEqual(["or role support (userId)"]);
    expect(exceptionNames({ or: [isSupport], params: ["userId", "orgId"] })).toEqual([
      "or role support (userId, orgId)",
    ]);
    expect(exceptionNames(undefined)).toEqual([]);
  });
});

describe("readRouteRules", () => {
  it("requires a token and the owner without any rule", () => {
    expect(readRouteRules({}, "GET /")).toEqual({ access: "required", policies: [], owner: undefined });
  });

  it("reads public and optionalAuth", () => {
    expect(readRouteRules({ public: true }, "GET /").access).toBe("public");
    expect(readRouteRules({ optionalAuth: true }, "GET /").access).toBe("optional");
    expect(readRouteRules({ public: false, optionalAuth: false }, "GET /").access).toBe("required");
  });

  it.each<[string, unknown, string]>([
    ["public that is not a boolean", { public: "false" }, "GET /: public must be true or false."],
    ["public that is null", { public: null }, "GET /: public must be true or false."],
    ["optionalAuth that is not a boolean", { optionalAuth: 1 }, "GET /: optionalAuth must be true or false."],
    ["public and optionalAuth", { public: true, optionalAuth: true }, "either public or optionalAuth"],
    [
      "policies of a public route",
      { public: true, policies: [sync] },
      "without a token cannot have policies",
    ],
    ["policies with an optional token", { optionalAuth: true, policies: [sync] }, "without a token"],
    ["an owner rule of a public route", { public: true, owner: { or: [isSupport] } }, "without a token"],
    ["an owner rule with an optional token", { optionalAuth: true, owner: { or: [isSupport] } }, "without a"],
    ["an invalid owner rule", { owner: {} }, "GET /: owner must be"],
    ["invalid policies", { policies: "a" }, "GET /: policies must be"],
  ])("rejects %s", (_case, rules, message) => {
    expect(() => readRouteRules(rules as RouteRules, "GET /")).toThrow(ConfigurationError);
    expect(() => readRouteRules(rules as RouteRules, "GET /")).toThrow(message);
  });
});
