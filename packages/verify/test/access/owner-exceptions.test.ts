import { describe, expect, it } from "vitest";
import { findForeign, type Owner } from "../../src/access/owner.ts";
import { checkExceptions, type OwnerException } from "../../src/access/owner-exceptions.ts";
import type { OwnerRule } from "../../src/access/owner-rule.ts";
import { AuthError, type Policy, type Principal, requireClaim, requireScopes } from "../../src/index.ts";
import { requireRecentSignIn } from "../../src/policies/recent-sign-in.ts";
import { clientOf, principalOf } from "./principals.ts";

const now = 1_000_000;
const isSupport = requireClaim(({ role }) => role === "support", "role support");
const recent = requireRecentSignIn({ maxAge: 300 });
const owners = { userId: "sub", orgId: "org" };

/** The exceptions, or the code and the hint. */
function judge(
  principal: Principal,
  params: Record<string, string>,
  rule: OwnerRule | undefined,
  named: Record<string, Owner> = owners,
): readonly OwnerException[] | string[] {
  const names = Object.keys(params).filter((name) => Object.hasOwn(named, name));
  const foreign = findForeign(principal, params, names, new Map(Object.entries(named)));
  try {
    return checkExceptions(principal, foreign, names, rule, now);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return [error.code, error.hint ?? ""];
  }
}
const codeOf = (...given: Parameters<typeof judge>) => judge(...given)[0];

const alice = principalOf("alice");
const supporter = principalOf("bob", { role: "support" });
const bobs = { userId: "bob" };

describe("without an owner rule", () => {
  it("every other user is rejected, whatever their claims", () => {
    for (const principal of [alice, principalOf("carol", { role: "support", admin: true })])
      expect(judge(principal, bobs, undefined)).toEqual([
        "owner_mismatch",
        "the path's `userId` is not the token's subject",
      ]);
  });

  it("the owner is accepted, without an exception", () => {
    expect(judge(alice, { userId: "alice" }, undefined)).toEqual([]);
  });
});

describe("or", () => {
  it("admits another user who satisfies the policy, and says so", () => {
    expect(judge(supporter, { userId: "alice" }, { or: [isSupport] })).toEqual([
      { param: "userId", value: "alice", policies: ["role support"] },
    ]);
  });

  it("admits the owner without an exception, and without asking the policy", () => {
    const never: Policy = { name: "never", permits: () => expect.unreachable() };
    expect(judge(alice, { userId: "alice" }, { or: [never] })).toEqual([]);
  });

  it("rejects everyone else as without a rule, and names the policy in the hint only", () => {
    expect(judge(alice, bobs, { or: [isSupport] })).toEqual([
      "owner_mismatch",
      "the path's `userId` is not the token's subject, and the token does not grant \"role support\"",
    ]);
  });

  it("requires all of its policies", () => {
    const rule = { or: [isSupport, requireScopes("users:read")] };
    expect(codeOf(supporter, { userId: "alice" }, rule)).toBe("owner_mismatch");
    const granted = principalOf("bob", { role: "support", scope: "users:read" });
    expect(judge(granted, { userId: "alice" }, rule)).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["returns a truthy value", () => 1],
    ["returns a promise", async () => true],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["is not a function", "yes"],
  ])("rejects with owner_mismatch if its policy %s", (_case, permits) => {
    const broken = { name: "broken", permits } as Policy;
    expect(codeOf(supporter, { userId: "alice" }, { or: [broken] })).toBe("owner_mismatch");
  });

  it("rejects everyone if its list is empty: a list may be emptied after it was checked", () => {
    expect(codeOf(supporter, { userId: "alice" }, { or: [] })).toBe("owner_mismatch");
  });

  it("never admits an OAuth client", () => {
    const machine = clientOf("client-1", { role: "support" });
    expect(codeOf(machine, { userId: "alice" }, { or: [isSupport] })).toBe("owner_mismatch");
    expect(codeOf(machine, { userId: "client-1" }, { or: [isSupport] })).toBe("owner_mismatch");
  });

  it("rejects a path without a value, for everyone", () => {
    expect(codeOf(supporter, { userId: "" }, { or: [isSupport] })).toBe("owner_mismatch");
    expect(codeOf(supporter, { userId: ["alice"] as never }, { or: [isSupport] })).toBe("owner_mismatch");
  });

  it("rejects a parameter without an owner, for everyone", () => {
    const foreign = [{ name: "userId", value: "alice", owner: undefined, reason: "has no owner" }];
    expect(() => checkExceptions(supporter, foreign, ["userId"], { or: [isSupport] }, now)).toThrow(
      AuthError,
    );
  });

  it("reports policies whose names cannot be read", () => {
    const nameless = {
      permits: () => true,
      get name(): string {
        throw new Error("no name");
      },
    } as Policy;
    expect(judge(supporter, { userId: "alice" }, { or: [nameless] })).toEqual([
      { param: "userId", value: "alice", policies: ["a policy"] },
    ]);
  });
});

describe("or with a recent sign-in", () => {
  const old = principalOf("bob", { role: "support", auth_time: now - 301 });

  it("asks for the sign-in if nothing else is missing, in any order of the policies", () => {
    for (const or of [
      [isSupport, recent],
      [recent, isSupport],
    ])
      expect(codeOf(old, { userId: "alice" }, { or })).toBe("reauthentication_required");
  });

  it("does not ask anyone who would be rejected after it", () => {
    for (const or of [
      [isSupport, recent],
      [recent, isSupport],
    ])
      expect(codeOf(principalOf("bob", { auth_time: now - 301 }), { userId: "alice" }, { or })).toBe(
        "owner_mismatch",
      );
    const twoParams = { userId: "alice", orgId: "acme" };
    const rule = { or: [isSupport, recent], params: ["userId"] };
    expect(codeOf(old, twoParams, rule)).toBe("owner_mismatch");
  });

  it("admits after it", () => {
    const fresh = principalOf("bob", { role: "support", auth_time: now - 300 });
    expect(judge(fresh, { userId: "alice" }, { or: [recent, isSupport] })).toHaveLength(1);
  });
});

describe("params", () => {
  const members = { userId: "alice", orgId: "acme" };
  const admin = principalOf("bob", { org: "acme", role: "support" });

  it("say which of several parameters the exception is for", () => {
    expect(judge(admin, members, { or: [isSupport], params: ["userId"] })).toEqual([
      { param: "userId", value: "alice", policies: ["role support"] },
    ]);
    expect(judge(admin, { ...members, orgId: "globex" }, { or: [isSupport], params: ["userId"] })).toEqual([
      "owner_mismatch",
      "the path's `orgId` is not in the claim \"org\", and the route's rule is not for it",
    ]);
  });

  it("are needed where a path has several: without them, no one is admitted", () => {
    expect(codeOf(admin, members, { or: [isSupport] })).toBe("owner_mismatch");
  });

  it("may name several, and each is an exception", () => {
    const rule = { or: [isSupport], params: ["userId", "orgId"] };
    expect(judge(admin, { userId: "alice", orgId: "globex" }, rule)).toHaveLength(2);
  });
});

describe("clients", () => {
  const rule = { clients: [requireScopes("tasks:sync")] };
  const machine = clientOf("client-1", { scope: "tasks:sync", org: "acme" });

  it("admits an OAuth client that satisfies the policy to a user's path", () => {
    expect(judge(machine, { userId: "alice" }, rule)).toEqual([
      { param: "userId", value: "alice", policies: ["scope tasks:sync"] },
    ]);
  });

  it("holds a client to its organization", () => {
    expect(judge(machine, { orgId: "acme" }, rule)).toEqual([]);
    expect(codeOf(machine, { orgId: "globex" }, rule)).toBe("owner_mismatch");
    expect(codeOf(machine, { orgId: "globex", userId: "alice" }, rule)).toBe("owner_mismatch");
    expect(judge(machine, { orgId: "acme", userId: "alice" }, rule)).toHaveLength(1);
  });

  it("rejects a client without the scope, and names the scope", () => {
    expect(codeOf(clientOf("client-1"), { userId: "alice" }, rule)).toBe("scope_insufficient");
    expect(codeOf(clientOf("client-1", { org: "acme" }), { orgId: "acme" }, rule)).toBe("scope_insufficient");
  });

  it("is needed on every path with an owner, even that of the client's organization", () => {
    for (const none of [undefined, { or: [isSupport] }, { clients: [] }])
      expect(judge(machine, { orgId: "acme" }, none)).toEqual([
        "owner_mismatch",
        "the path's `orgId` is not for the token of an OAuth client itself: the route's rule has no `clients`",
      ]);
  });

  it("is not needed on a path without an owner", () => {
    expect(judge(machine, {}, undefined)).toEqual([]);
  });

  it("admits no other user", () => {
    expect(codeOf(principalOf("bob", { scope: "tasks:sync" }), { userId: "alice" }, rule)).toBe(
      "owner_mismatch",
    );
  });

  it("rejects a path without a value", () => {
    expect(codeOf(machine, { userId: "" }, rule)).toBe("owner_mismatch");
  });
});
