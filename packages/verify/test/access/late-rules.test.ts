import { describe, expect, it, vi } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import { lateRules } from "../../src/access/late-rules.ts";
import { readRouteRules } from "../../src/access/route-rules.ts";
import { ConfigurationError } from "../../src/index.ts";
import { createBench, refusal } from "../support.ts";
import { clientOf, principalOf } from "./principals.ts";

const { verifier } = createBench();
const guard = createGuard({ verifier, ownerParam: "userId" });
const error = new ConfigurationError("/users: public must be true or false.");

const invalid = () =>
  lateRules<object, never>(() => {
    throw error;
  })({});

describe("lateRules", () => {
  it("reads the rules of each route once", () => {
    const rules = readRouteRules({}, "/users");
    const read = vi.fn(() => rules);
    const rulesOf = lateRules<object, never>(read);
    const [one, two] = [{}, {}];
    for (const route of [one, one, two, one]) expect(rulesOf(route)).toBe(rules);
    expect(read.mock.calls).toEqual([[one], [two]]);
  });

  it("requires a token for a route whose rules are invalid", () => {
    expect(invalid().access).toBe("required");
  });

  const failed = 'checking "/users: public must be true or false." failed: the policy threw';

  it.each([
    ["the owner", principalOf("alice"), "scope_insufficient", failed],
    [
      "another user",
      principalOf("bob"),
      "owner_mismatch",
      `the path's \`userId\` is not the token's subject, and ${failed}`,
    ],
    ["an OAuth client", clientOf("client-1"), "scope_insufficient", failed],
  ])("rejects %s there, and the hint says what is invalid", (_case, principal, code, hint) => {
    const { policies, owner } = invalid();
    const access = { params: { userId: "alice" }, ownerParams: ["userId"], policies, owner };
    expect(refusal(() => guard.authorize(principal, access as never, {}))).toMatchObject({ code, hint });
  });

  it("keeps the error as the cause", () => {
    const { policies } = invalid();
    const access = { params: {}, ownerParams: [], policies } as never;
    expect(refusal(() => guard.authorize(principalOf("alice"), access, {})).cause).toBe(error);
  });
});
