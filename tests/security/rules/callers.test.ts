import {
  AuthError,
  isAuthError,
  type Policy,
  type Principal,
  requireClaim,
  requireScopes,
  type TokenClaims,
} from "@usher-auth/verify";
import { createGuard, type Owner, type OwnerExceptionEvent, type OwnerRule } from "@usher-auth/verify/guard";
import { forbidImpersonation, requireRecentSignIn } from "@usher-auth/verify/policies";
import { describe, expect, it } from "vitest";
import { createBench, startSeconds } from "../../../packages/verify/test/support.ts";

const { issuer, verifier } = createBench();
const exceptions: OwnerExceptionEvent[] = [];
const guard = createGuard<TokenClaims>({
  verifier,
  ownerParam: { userId: "sub", orgId: "org" },
  onOwnerException: (event) => exceptions.push(event),
});

function principalOf(user: string, claims: Record<string, unknown> = {}): Principal {
  return verifier.verifySync(issuer.tokenFor(user, { claims }));
}

function clientOf(id: string, claims: Record<string, unknown> = {}): Principal {
  return { ...principalOf(id, claims), kind: "client", clientId: id };
}

interface Route {
  readonly owner?: OwnerRule;
  readonly policies?: readonly Policy[];
  readonly owners?: ReadonlyMap<string, Owner>;
  readonly request?: object;
}

/** `accepted`, or the code. */
function admission(principal: Principal, params: Record<string, unknown>, route: Route = {}): string {
  const { request = {}, ...access } = route;
  try {
    guard.authorize(principal, { params, ownerParams: Object.keys(params), ...access }, request);
    return "accepted";
  } catch (error) {
    return isAuthError(error) ? error.code : (error as Error).name;
  }
}

const support = requireClaim(({ role }) => role === "support", "role support");

describe("rules: who else may call", () => {
  it("An owner parameter of another claim is compared with that claim", () => {
    expect(admission(principalOf("alice", { org: "acme" }), { orgId: "acme" })).toBe("accepted");
    for (const claims of [{ org: "globex" }, { org: "Acme" }, {}])
      expect(admission(principalOf("acme", claims), { orgId: "acme" })).toBe("owner_mismatch");
  });

  it("An owner that is not text matches nothing, alone or in a list", () => {
    expect(admission(principalOf("alice", { org: ["7", "8"] }), { orgId: "7" })).toBe("accepted");
    for (const org of [7, [7], ["7", 8], { toString: "7" }, [["7"]]])
      expect(admission(principalOf("alice", { org }), { orgId: "7" })).toBe("owner_mismatch");
  });

  it("An owner function that throws or returns a promise matches nothing", () => {
    const ask = (owner: unknown) =>
      admission(principalOf("alice"), { orgId: "acme" }, { owners: new Map([["orgId", owner as Owner]]) });
    expect(ask(() => "acme")).toBe("accepted");
    const fail = () => {
      throw new Error("no database");
    };
    for (const owner of [fail, async () => "acme", async () => fail()])
      expect(ask(owner)).toBe("owner_mismatch");
  });

  it("Without a stated exception, no one but the owner is admitted", () => {
    const other = principalOf("bob", { role: "admin" });
    for (const owner of [undefined, { clients: [support] }, { or: [], params: ["userId"] }])
      expect(admission(other, { userId: "alice" }, { ...(owner && { owner }) })).toBe("owner_mismatch");
  });

  it("An exception admits those who satisfy all of its policies", () => {
    const owner = { or: [support, requireScopes("users:read")] };
    const ask = (claims: Record<string, unknown>) =>
      admission(principalOf("bob", claims), { userId: "alice" }, { owner });
    expect(ask({ role: "support", scope: "users:read" })).toBe("accepted");
    for (const claims of [{ role: "support" }, { scope: "users:read" }, {}])
      expect(ask(claims)).toBe("owner_mismatch");
  });

  it("An exception is for the parameters that it names, and for no other", () => {
    const member = principalOf("bob", { role: "support", org: "acme" });
    const [here, there] = [
      { orgId: "acme", userId: "alice" },
      { orgId: "globex", userId: "alice" },
    ];
    const owner = { or: [support], params: ["userId"] };
    expect(admission(member, here, { owner })).toBe("accepted");
    expect(admission(member, there, { owner })).toBe("owner_mismatch");
    expect(admission(member, here, { owner: { or: [support] } })).toBe("owner_mismatch");
  });

  it("Each path that an exception opens is reported, and once", () => {
    exceptions.length = 0;
    const request = {};
    const route = { owner: { or: [support] }, request };
    for (const userId of ["alice", "alice", "carol"])
      admission(principalOf("bob", { role: "support" }), { userId }, route);
    expect(exceptions.flatMap((event) => event.exceptions.map(({ value }) => value))).toEqual([
      "alice",
      "carol",
    ]);
  });

  it("An OAuth client is not taken for a user, even if its id is equal", () => {
    expect(admission(principalOf("alice"), { userId: "alice" })).toBe("accepted");
    expect(admission(clientOf("alice"), { userId: "alice" })).toBe("owner_mismatch");
    const machine = clientOf("alice", { role: "support" });
    expect(admission(machine, { userId: "bob" }, { owner: { or: [support] } })).toBe("owner_mismatch");
  });

  it("An OAuth client needs the route's leave, even for its own organization", () => {
    const machine = clientOf("client-1", { org: "acme", scope: "tasks:sync" });
    const owner = { clients: [requireScopes("tasks:sync")] };
    expect(admission(machine, { orgId: "acme" }, { owner })).toBe("accepted");
    expect(admission(machine, { orgId: "acme" })).toBe("owner_mismatch");
    expect(admission(clientOf("client-1", { org: "acme" }), { orgId: "acme" }, { owner })).toBe(
      "scope_insufficient",
    );
  });

  it("An OAuth client is restricted to its organization", () => {
    const machine = clientOf("client-1", { org: "acme", scope: "tasks:sync" });
    const owner = { clients: [requireScopes("tasks:sync")] };
    expect(admission(machine, { orgId: "acme", userId: "alice" }, { owner })).toBe("accepted");
    expect(admission(machine, { orgId: "globex", userId: "alice" }, { owner })).toBe("owner_mismatch");
  });

  it("A token that is optional must be valid if it is sent", () => {
    const ask = (authorization: string | undefined) =>
      guard.admitOptional({ authorization, tokenInQuery: false, source: {} });
    expect(ask(undefined)).toBeNull();
    for (const bad of [
      "Bearer rubbish",
      `Bearer ${issuer.tokenFor("alice", { expired: true })}`,
      "Basic eDp5",
      "",
    ])
      expect(() => ask(bad)).toThrow(AuthError);
  });

  it("An impersonated session is recognised by the token, whatever a schema drops", () => {
    const { issuer: other, verifier: narrow } = createBench({
      claims: { "~standard": { version: 1, vendor: "test", validate: () => ({ value: {} as TokenClaims }) } },
    });
    const ask = (claims: Record<string, unknown>) =>
      admission(
        narrow.verifySync(other.tokenFor("alice", { claims })),
        {},
        { policies: [forbidImpersonation()] },
      );
    expect(ask({})).toBe("accepted");
    for (const act of [{ sub: "admin" }, {}, null]) expect(ask({ act })).toBe("impersonation_forbidden");
  });

  it("A sign-in in the future is not recent", () => {
    const policies = [requireRecentSignIn({ maxAge: 300 })];
    const ask = (auth_time: unknown) => admission(principalOf("alice", { auth_time }), {}, { policies });
    expect(ask(startSeconds)).toBe("accepted");
    for (const time of [startSeconds * 1000, startSeconds + 3600, 1e300])
      expect(ask(time)).toBe("reauthentication_required");
  });

  it("A sign-in at an unknown time is not recent", () => {
    const policies = [requireRecentSignIn({ maxAge: 300 })];
    for (const claims of [{}, { auth_time: null }, { auth_time: String(startSeconds) }])
      expect(admission(principalOf("alice", claims), {}, { policies })).toBe("reauthentication_required");
  });

  it("A policy cannot invent an answer", () => {
    for (const code of ["keys_unavailable", "teapot", "constructor"]) {
      const policy = { name: "own", permits: () => false, refusal: { code } } as never;
      expect(admission(principalOf("alice"), {}, { policies: [policy] })).toBe("scope_insufficient");
    }
  });

  it("Only scopes reach a challenge, and no other text of the application", () => {
    const challenge = (scopes: readonly string[]) =>
      guard.refuse(new AuthError("scope_insufficient", { scopes }), {}).headers["www-authenticate"];
    expect(challenge(["a", "b"])).toContain('scope="a b"');
    for (const scope of ['a", error="x', "a\r\nSet-Cookie: x", "a b", "é"])
      expect(challenge([scope])).not.toContain("scope=");
  });
});
