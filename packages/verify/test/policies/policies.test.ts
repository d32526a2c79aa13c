import { describe, expect, it } from "vitest";
import { checkPolicies } from "../../src/access/policies.ts";
import { ConfigurationError, isAuthError, type Policy, type Principal } from "../../src/index.ts";
import {
  forbidImpersonation,
  requireClientScopes,
  requireOrganizationRole,
  requireRecentSignIn,
} from "../../src/policies/index.ts";
import { clientOf, principalOf } from "../access/principals.ts";

const now = 1_000_000;

/** `accepted`, or the code. */
function judge(policy: Policy, principal: Principal): string {
  try {
    checkPolicies(principal, [policy], now);
    return "accepted";
  } catch (error) {
    return isAuthError(error) ? error.code : "an error";
  }
}

/** Claims that a schema may leave behind. */
const unusable = [undefined, null, "claims", 7, [], new Map()] as unknown[];

describe("requireRecentSignIn", () => {
  const createPolicy = () => requireRecentSignIn({ maxAge: 300 });
  const signedIn = (auth_time: unknown) => judge(createPolicy(), principalOf("alice", { auth_time }));

  it("accepts a sign-in up to maxAge seconds ago", () => {
    for (const time of [now, now - 1, now - 300, now - 299.5]) expect(signedIn(time)).toBe("accepted");
    expect(createPolicy().name).toBe("sign-in within 300 s");
  });

  it("rejects an older one, and says how old it may be", () => {
    for (const time of [now - 301, now - 300.5, 0, -1])
      expect(signedIn(time)).toBe("reauthentication_required");
    expect(createPolicy().refusal).toEqual({ code: "reauthentication_required", maxAge: 300 });
  });

  it("rejects a time in the future, such as milliseconds, unless a clock is a little ahead", () => {
    expect(signedIn(now + 60)).toBe("accepted");
    for (const time of [now + 61, now * 1000, Number.MAX_VALUE, Number.POSITIVE_INFINITY])
      expect(signedIn(time)).toBe("reauthentication_required");
  });

  it("rejects a time of another type, and claims without one", () => {
    for (const time of [
      undefined,
      null,
      String(now),
      [now],
      { valueOf: () => now },
      true,
      Number.NaN,
      new Date(),
    ])
      expect(signedIn(time)).toBe("reauthentication_required");
    for (const claims of unusable)
      expect(judge(createPolicy(), { ...principalOf("alice"), claims } as never)).toBe(
        "reauthentication_required",
      );
  });

  it("does not take the time of the token for that of the sign-in", () => {
    const claims = { iat: now, nbf: now, updated_at: now };
    expect(judge(createPolicy(), { ...principalOf("alice", claims), issuedAt: now })).toBe(
      "reauthentication_required",
    );
  });

  it.each([
    [undefined],
    [{}],
    [{ maxAge: 0 }],
    [{ maxAge: -1 }],
    [{ maxAge: 1.5 }],
    [{ maxAge: "300" }],
    [{ maxAge: null }],
  ])("refuses %j at once", (options) => {
    expect(() => requireRecentSignIn(options as never)).toThrow(
      new ConfigurationError("requireRecentSignIn: maxAge: must be an integer from 1 to 9007199254740991."),
    );
  });
});

describe("forbidImpersonation", () => {
  it("accepts users themselves, whatever a schema made of the claims", () => {
    expect(judge(forbidImpersonation(), principalOf("alice"))).toBe("accepted");
    expect(forbidImpersonation().name).toBe("no impersonation");
    for (const claims of unusable)
      expect(judge(forbidImpersonation(), { ...principalOf("alice"), claims } as never)).toBe("accepted");
  });

  it("rejects a token with an actor, even an unknown one, and one that a schema dropped", () => {
    for (const actorId of ["admin", "", "alice"])
      for (const claims of unusable)
        expect(judge(forbidImpersonation(), { ...principalOf("alice"), claims, actorId } as never)).toBe(
          "impersonation_forbidden",
        );
  });
});

describe("requireOrganizationRole", () => {
  const createPolicy = () => requireOrganizationRole("owner", "admin");
  const member = (claims: Record<string, unknown>) => judge(createPolicy(), principalOf("alice", claims));

  it("accepts one of the roles, alone or in a list", () => {
    for (const role of ["owner", "admin", ["member", "admin"]])
      expect(member({ org: "acme", org_role: role })).toBe("accepted");
    expect(createPolicy().name).toBe("organization role owner or admin");
  });

  it("rejects other roles, and roles in one text", () => {
    const others = ["member", "Admin", "admin,owner", "admin owner", "", undefined, null, true, {}];
    for (const role of [...others, [], others, [["admin"]]])
      expect(member({ org: "acme", org_role: role }), JSON.stringify(role)).toBe("scope_insufficient");
  });

  it("rejects a role without an organization, and the user's own role", () => {
    for (const org of [undefined, null, "", 7, ["acme"], true])
      expect(member({ org, org_role: "admin" })).toBe("scope_insufficient");
    expect(member({ org: "acme", role: "admin" })).toBe("scope_insufficient");
    for (const claims of unusable)
      expect(judge(createPolicy(), { ...principalOf("alice"), claims } as never)).toBe("scope_insufficient");
  });

  it.each([[[]], [[""]], [["admin", 7]], [[["admin"]]]])("refuses %j at once", (roles) => {
    expect(() => requireOrganizationRole(...(roles as string[]))).toThrow(
      new ConfigurationError('requireOrganizationRole: name the roles, such as "owner", "admin".'),
    );
  });
});

describe("requireClientScopes", () => {
  const createPolicy = () => requireClientScopes("tasks:read", "tasks:write");

  it("accepts a user's own session, which has no scopes", () => {
    expect(judge(createPolicy(), principalOf("alice"))).toBe("accepted");
  });

  it("requires every scope of an OAuth client, for a user and for itself", () => {
    for (const base of [{ ...principalOf("alice"), clientId: "app" }, clientOf("client-1")]) {
      const ask = (claims: unknown) => judge(createPolicy(), { ...base, claims } as never);
      expect(ask({ scope: "tasks:write tasks:read" })).toBe("accepted");
      for (const claims of [
        ...unusable,
        {},
        { scope: "tasks:read" },
        { scopes: ["tasks:read", "tasks:write"] },
      ])
        expect(ask(claims)).toBe("scope_insufficient");
    }
  });

  it("names the scopes for the client", () => {
    expect(createPolicy().refusal).toEqual({
      code: "scope_insufficient",
      scopes: ["tasks:read", "tasks:write"],
    });
    expect(createPolicy().name).toBe("scope tasks:read tasks:write of clients");
  });

  it("refuses no scope, and several in one text, at once", () => {
    const advice = new ConfigurationError(
      'requireClientScopes: name the scopes one by one, such as "tasks:write".',
    );
    expect(() => requireClientScopes()).toThrow(advice);
    expect(() => requireClientScopes("a b")).toThrow(advice);
  });
});

describe("every policy", () => {
  it("is frozen, with its refusal", () => {
    for (const policy of [
      requireRecentSignIn({ maxAge: 1 }),
      forbidImpersonation(),
      requireOrganizationRole("a"),
      requireClientScopes("a"),
    ]) {
      expect(Object.isFrozen(policy)).toBe(true);
      expect(Object.isFrozen(policy.refusal ?? Object.freeze({}))).toBe(true);
    }
  });
});
