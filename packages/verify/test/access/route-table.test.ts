import { describe, expect, it } from "vitest";
import { type RouteRules, readRouteRules } from "../../src/access/route-rules.ts";
import { createRouteTable } from "../../src/access/route-table.ts";
import { ConfigurationError, requireClaim, requireScopes } from "../../src/index.ts";
import { refusal } from "../support.ts";

describe("createRouteTable", () => {
  const create = () =>
    createRouteTable(
      new Map([
        ["userId", "sub"],
        ["memberId", "sub"],
        ["guestId", "sub"],
      ]),
    );
  const rulesOf = (rules: RouteRules = {}) => readRouteRules(rules, "a route");

  it("lists routes in the order of registration, with the names of their policies", () => {
    const table = create();
    const isAdmin = requireClaim(({ role }) => role === "admin");
    table.add("GET", "/users/:userId", rulesOf({ policies: [requireScopes("a", "b"), isAdmin] }));
    table.add("GET", "/open/:userId", rulesOf({ public: true }));
    table.add("GET", "/wall/:userId", rulesOf({ optionalAuth: true }));
    expect(table.list()).toEqual([
      {
        method: "GET",
        url: "/users/:userId",
        public: false,
        optionalAuth: false,
        ownerParams: ["userId"],
        owners: { userId: "sub" },
        exceptions: [],
        policies: [requireScopes("a", "b").name, isAdmin.name],
      },
      {
        method: "GET",
        url: "/open/:userId",
        public: true,
        optionalAuth: false,
        ownerParams: [],
        owners: {},
        exceptions: [],
        policies: [],
      },
      {
        method: "GET",
        url: "/wall/:userId",
        public: false,
        optionalAuth: true,
        ownerParams: [],
        owners: {},
        exceptions: [],
        policies: [],
      },
    ]);
    expect(table.list()[0]?.policies).toContainEqual(expect.stringContaining("a b"));
  });

  it("checks the parameters of the pattern and the others that the router returns, and nothing else", () => {
    const table = create();
    expect(table.ownerParams("/users/:userId", {})).toEqual(["userId"]);
    expect(table.ownerParams("/users/:userId", { userId: "alice", memberId: "bob", other: "x" })).toEqual([
      "userId",
      "memberId",
    ]);
    expect(table.ownerParams(undefined, {})).toEqual([]);
    expect(table.ownerParams(undefined, { guestId: "alice" })).toEqual(["guestId"]);
  });

  it.each([[':"userId"'], ['*"userId"'], ["*userId"], [":userId?"], ["{:userId}"], [":other-:userId.x"]])(
    "finds the owner parameter in %s",
    (segment) => {
      expect(create().ownerParams(`/users/${segment}/tasks`, {})).toEqual(["userId"]);
    },
  );

  it("creates a list once for each pattern, not for each request", () => {
    const table = create();
    const params = { userId: "alice" };
    const list = table.ownerParams("/users/:userId", params);
    expect(table.ownerParams("/users/:userId", params)).toBe(list);
  });

  it("rejects an owner parameter in another spelling or twice; if added late, on every request", () => {
    const table = create();
    const [misspelt, twice] = ["/x/:user_id", "/x/:userId/:userId"];
    expect(() => table.add("GET", misspelt, rulesOf())).toThrow(ConfigurationError);
    expect(() => table.add("GET", misspelt, rulesOf())).toThrow('"user_id" is not checked against the owner');
    expect(() => table.add("GET", twice, rulesOf())).toThrow(
      '/x/:userId/:userId: the owner parameter "userId" occurs twice',
    );
    for (const url of [misspelt, twice]) {
      for (const _request of [1, 2]) {
        const error = refusal(() => table.ownerParams(url, {}));
        expect([error.code, error.hint]).toEqual(["owner_mismatch", expect.stringContaining(url)]);
      }
    }
  });
});
