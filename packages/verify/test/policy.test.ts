import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { usher } from "../src/adapters/fastify.ts";
import { ConfigurationError, createGuard, type Policy, requireClaim, requireScopes } from "../src/index.ts";
import { createBench, refusal } from "./support.ts";

const { issuer, verifier } = createBench();
const guard = createGuard({ verifier, ownerParam: "userId" });

/** What becomes of a token with these claims on a route with this policy. */
function judge(policy: Policy, claims: Record<string, unknown>): string {
  const principal = verifier.verifySync(issuer.tokenFor("alice", { claims }));
  try {
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] });
    return "admitted";
  } catch {
    return refusal(() => guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] })).code;
  }
}

describe("requireScopes", () => {
  it("wants every scope, to the letter, of a text with spaces or of a list", () => {
    const both = requireScopes("a", "b");
    expect(judge(both, { scope: "b a c" })).toBe("admitted");
    expect(judge(both, { scope: ["a", "b"] })).toBe("admitted");
    for (const scope of ["a", "a,b", "a\tb", "A b", ["a b"], { a: true, b: true }, undefined]) {
      expect(judge(both, { scope }), JSON.stringify(scope)).toBe("scope_insufficient");
    }
  });

  it.each([
    ["no scope", []],
    ["an empty one", [""]],
    ["two in one text", ["a b"]],
    ["a quote", ['a"b']],
    ["a list", [["a"]]],
  ])("refuses %s at once", (_case, scopes) => {
    expect(() => requireScopes(...(scopes as string[]))).toThrow(ConfigurationError);
  });
});

describe("requireClaim", () => {
  it("opens for true alone", () => {
    expect(judge(requireClaim(() => true) as Policy, {})).toBe("admitted");
    for (const answer of [false, undefined, 1, "true", {}, Promise.resolve(true)]) {
      const policy = requireClaim((() => answer) as () => boolean) as Policy;
      expect(judge(policy, {})).toBe("scope_insufficient");
    }
  });

  it("takes an exception for a no, and tells the operator of it", () => {
    const broken = requireClaim(() => {
      throw new Error("no such claim");
    }, "the plan");
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const error = refusal(() => guard.authorize(principal, { params: {}, ownerParams: [], policies: [broken] }));
    expect(error).toMatchObject({ code: "scope_insufficient", cause: { message: "no such claim" } });
    expect(error.hint).toContain('"the plan"');
  });

  it("has the name that it is given, or that of its function", () => {
    expect(requireClaim(() => true, "role admin").name).toBe("role admin");
    expect(
      requireClaim(function isAdmin() {
        return true;
      }).name,
    ).toBe("isAdmin");
    expect(requireClaim(() => true).name).toBe("a claim");
    expect(() => requireClaim("admin" as never)).toThrow(ConfigurationError);
  });
});

describe("authorize", () => {
  it("asks for the owner before the policies", () => {
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const access = { params: { userId: "bob" }, ownerParams: ["userId"], policies: [requireScopes("a")] };
    expect(refusal(() => guard.authorize(principal, access)).code).toBe("owner_mismatch");
  });
});

describe("policies of a Fastify route", () => {
  const app = fastify();
  afterEach(() => app.close());

  it("are listed by routes(), and refused where they cannot hold", async () => {
    await app.register(usher, { verifier, ownerParam: null });
    app.get(
      "/",
      { config: { policies: [requireScopes("a", "b"), requireClaim(() => true, "role admin")] } },
      () => "x",
    );
    expect(app.usher.routes()[0]?.policies).toEqual(["scope a b", "role admin"]);
    const wrong = [{ policies: "a" }, { policies: ["a"] }, { policies: [null] }];
    for (const config of wrong) {
      expect(() => app.get("/wrong", { config: config as never }, () => "x")).toThrow(ConfigurationError);
    }
    const contradiction = { public: true, policies: [requireScopes("a")] };
    expect(() => app.get("/open", { config: contradiction }, () => "x")).toThrow(/public route/);
  });
});
