import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import { readPolicies } from "../../src/access/policies.ts";
import { usher } from "../../src/adapters/fastify.ts";
import { ConfigurationError, type Policy, requireClaim, requireScopes } from "../../src/index.ts";
import { createBench, refusal } from "../support.ts";

const { issuer, verifier } = createBench();
const guard = createGuard({ verifier, ownerParam: "userId" });

/** The result for a token with these claims on a route with this policy. */
function judge(policy: Policy, claims: Record<string, unknown>): string {
  const principal = verifier.verifySync(issuer.tokenFor("alice", { claims }));
  try {
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] }, "x");
    return "admitted";
  } catch {
    return refusal(() => guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] }, "x"))
      .code;
  }
}

describe("requireScopes", () => {
  it("requires every scope exactly, from a string with spaces or a list", () => {
    const both = requireScopes("a", "b");
    expect(judge(both, { scope: "b a c" })).toBe("admitted");
    expect(judge(both, { scope: ["a", "b"] })).toBe("admitted");
    expect(both.name).toBe("scope a b");
    expect(Object.isFrozen(both)).toBe(true);
    for (const scope of ["a", "a,b", "a\tb", "A b", ["a b"], { a: true, b: true }, undefined]) {
      expect(judge(both, { scope }), JSON.stringify(scope)).toBe("scope_insufficient");
    }
  });

  it.each([
    ["no scope", []],
    ["an empty scope", [""]],
    ["two scopes in one string", ["a b"]],
    ["a quote", ['a"b']],
    ["a list", [["a"]]],
    ["a number", [1]],
    ["a valid scope and an invalid one", ["a", "b c"]],
    ["an unprintable character at the end", ["a\n"]],
    ["an unprintable character at the start", ["\na"]],
  ])("refuses %s at once", (_case, scopes) => {
    expect(() => requireScopes(...(scopes as string[]))).toThrow(
      new ConfigurationError('requireScopes: name the scopes one by one, such as "tasks:write".'),
    );
  });

  it("finds no scope if a schema returned no claims", () => {
    for (const claims of [undefined, null]) {
      const principal = { id: "alice", kind: "user", expiresAt: 1, claims } as const;
      expect(requireScopes("a").permits(principal, 0)).toBe(false);
    }
  });
});

describe("requireClaim", () => {
  it("allows only true", () => {
    expect(judge(requireClaim(() => true) as Policy, {})).toBe("admitted");
    for (const answer of [false, undefined, 1, "true", {}, Promise.resolve(true)]) {
      const policy = requireClaim((() => answer) as () => boolean) as Policy;
      expect(judge(policy, {})).toBe("scope_insufficient");
    }
  });

  it("treats an exception as a refusal, and explains it in the hint", () => {
    const broken = requireClaim(() => {
      throw new Error("no such claim");
    }, "the plan");
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const error = refusal(() =>
      guard.authorize(principal, { params: {}, ownerParams: [], policies: [broken] }, "x"),
    );
    expect(error).toMatchObject({ code: "scope_insufficient", cause: { message: "no such claim" } });
    expect(error.hint).toBe('checking "the plan" failed: the policy threw');
  });

  it("has the given name, or that of its function", () => {
    expect(requireClaim(() => true, "role admin").name).toBe("role admin");
    expect(
      requireClaim(function isAdmin() {
        return true;
      }).name,
    ).toBe("isAdmin");
    expect(requireClaim(() => true).name).toBe("a claim");
    expect(() => requireClaim("admin" as never)).toThrow(
      new ConfigurationError(
        "requireClaim: the predicate must be a function from the claims to true or false.",
      ),
    );
    expect(Object.isFrozen(requireClaim(() => true))).toBe(true);
  });
});

describe("requireClaim: the predicate", () => {
  it("gets the claims and the principal", () => {
    const seen: unknown[] = [];
    const policy = requireClaim((claims, principal) => {
      seen.push(claims, principal);
      return true;
    });
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy as Policy] }, "x");
    expect(seen).toEqual([principal.claims, principal]);
  });
});

describe("authorize", () => {
  it("checks every policy, and names the one that failed", () => {
    const principal = verifier.verifySync(issuer.tokenFor("alice", { claims: { scope: "a" } }));
    const access = { params: {}, ownerParams: [], policies: [requireScopes("a"), requireScopes("b")] };
    expect(refusal(() => guard.authorize(principal, access, "x"))).toMatchObject({
      code: "scope_insufficient",
      hint: 'the token does not grant "scope b"',
    });
  });

  it("rejects even if the name of the policy cannot be read", () => {
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const nameless = {
      permits: () => false,
      get name(): string {
        throw new Error("no name");
      },
    } as Policy;
    expect(
      refusal(() => guard.authorize(principal, { params: {}, ownerParams: [], policies: [nameless] }, "x")),
    ).toMatchObject({ code: "scope_insufficient", hint: 'the token does not grant "a policy"' });
  });

  it("checks the owner before the policies", () => {
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const access = { params: { userId: "bob" }, ownerParams: ["userId"], policies: [requireScopes("a")] };
    expect(refusal(() => guard.authorize(principal, access, "x")).code).toBe("owner_mismatch");
  });
});

describe("the refusal of a policy", () => {
  const principal = verifier.verifySync(issuer.tokenFor("alice"));
  const refusalOf = (given: unknown) => {
    const policy = { name: "x", permits: () => false, refusal: given } as Policy;
    return refusal(() =>
      guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] }, "x"),
    );
  };

  it("decides the code, and what the client needs", () => {
    expect(refusalOf({ code: "impersonation_forbidden" })).toMatchObject({ code: "impersonation_forbidden" });
    expect(refusalOf({ code: "reauthentication_required", maxAge: 60 })).toMatchObject({
      code: "reauthentication_required",
      maxAge: 60,
    });
    expect(refusalOf({ code: "scope_insufficient", scopes: ["a"] })).toMatchObject({
      code: "scope_insufficient",
      scopes: ["a"],
    });
  });

  it.each<[string, unknown]>([
    ["has no code", {}],
    ["has a code that no policy may use", { code: "token_expired" }],
    ["has the code of an outage", { code: "keys_unavailable" }],
    ["has a code of another version", { code: "consent_required" }],
    ["has a code that is a property of every object", { code: "constructor" }],
    ["has a code that is not a string", { code: ["scope_insufficient"] }],
    ["is a string", "impersonation_forbidden"],
    ["is a function", () => ({ code: "impersonation_forbidden" })],
    [
      "throws when it is read",
      {
        get code(): string {
          throw new Error("a trap");
        },
      },
    ],
  ])(
    "that %s is scope_insufficient when a request is rejected, and refused when a route is added",
    (_case, given) => {
      expect(refusalOf(given)).toMatchObject({
        code: "scope_insufficient",
        scopes: undefined,
        maxAge: undefined,
      });
      const policy = { name: "x", permits: () => false, refusal: given } as Policy;
      expect(() => readPolicies([policy], "GET /")).toThrow(
        'GET /: the refusal of the policy "x" must have one of the codes scope_insufficient, impersonation_forbidden, reauthentication_required.',
      );
    },
  );

  it("loses what no client can use", () => {
    for (const scopes of ["a", [], [7], ["a", ""], { 0: "a", length: 1 }])
      expect(refusalOf({ code: "scope_insufficient", scopes }).scopes ?? []).toEqual([]);
    for (const maxAge of ["60", 1.5, Number.NaN, null])
      expect(refusalOf({ code: "reauthentication_required", maxAge }).maxAge).toBeUndefined();
  });

  it("is not used if the policy failed, because it rejected nothing", () => {
    const policy: Policy = {
      name: "x",
      permits: () => {
        throw new Error("no");
      },
      refusal: { code: "impersonation_forbidden" },
    };
    const access = { params: {}, ownerParams: [], policies: [policy] };
    expect(refusal(() => guard.authorize(principal, access, "x")).code).toBe("scope_insufficient");
  });
});

describe("policies of a Fastify route", () => {
  const app = fastify();
  afterEach(() => app.close());

  it("are listed by routes(), and rejected where they cannot be enforced", async () => {
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
    expect(() => app.get("/open", { config: contradiction }, () => "x")).toThrow(
      /without a token cannot have policies/,
    );
  });
});

describe("readPolicies", () => {
  it("takes a frozen copy, or none if there are no policies", () => {
    const list = [requireScopes("a")];
    const read = readPolicies(list, "GET /");
    expect(read).toEqual(list);
    expect(read).not.toBe(list);
    expect(Object.isFrozen(read)).toBe(true);
    expect(readPolicies(undefined, "GET /")).toEqual([]);
    expect(readPolicies([], "GET /")).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["a text", "a"],
    ["null", null],
    ["null among valid policies", [requireScopes("a"), null]],
    ["an object without permits", [{ name: "a" }]],
    ["a policy without a list", requireScopes("a")],
  ])("rejects %s, and names the route", (_case, value) => {
    expect(() => readPolicies(value as never, "GET /tasks")).toThrow(
      new ConfigurationError(
        "GET /tasks: policies must be a list of requireScopes(...) and requireClaim(...).",
      ),
    );
  });
});
