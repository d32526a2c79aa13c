import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createGuard } from "../../src/access/index.ts";
import {
  AuthError,
  type Policy,
  type Principal,
  type Revocations,
  requireClaim,
  type StandardSchema,
  type VerifierOptions,
} from "../../src/index.ts";
import type { RevocableToken } from "../../src/revocation/index.ts";
import { createRevokingBench } from "../revoking.ts";
import { createBench, refusal, startSeconds, verdict } from "../support.ts";
import { expectNoUnhandledRejections } from "../unhandled-rejections.ts";

expectNoUnhandledRejections();

const fail = (): never => {
  throw new Error("it is broken");
};

const throwNothing = (): never => {
  throw undefined;
};

/** A schema that answers like this for tokens, and rejects the empty object that it is tried with. */
function schemaOf(validate: (claims: Record<string, unknown>) => unknown): StandardSchema<never> {
  const answer = (claims: unknown) =>
    Object.hasOwn(claims as object, "sub") ? validate(claims as never) : { issues: [{ message: "no sub" }] };
  return { "~standard": { version: 1, vendor: "a test", validate: answer as never } };
}

describe("a claims schema that changes its input", () => {
  /** In place, like strippers and preprocessors. */
  const claims = schemaOf((given) => {
    const value = { ...given };
    for (const name of ["exp", "iat", "sid", "jti"]) delete given[name];
    given.sub = "root";
    (given.org as { role: string }).role = "admin";
    return { value };
  });
  const org = { role: "user" };

  it("changes neither the principal nor the input of another request", () => {
    const { issuer, verifier } = createBench({ claims });
    const token = issuer.tokenFor("Alice", { claims: { sid: "s1", org } });
    for (const _ of [1, 2]) {
      const principal = verifier.verifySync(token);
      expect(principal).toMatchObject({ id: "Alice", sessionId: "s1", issuedAt: startSeconds });
      expect(principal.expiresAt).toBe(startSeconds + 300);
    }
  });

  it("does not extend a cached token", () => {
    const { issuer, verifier, clock } = createBench({ claims });
    const token = issuer.tokenFor("alice", { claims: { org } });
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(305);
    expect(verdict(verifier, token)).toBe("token_expired");
  });

  it("does not extend a token beyond maxTokenAge", () => {
    const { issuer, verifier, clock } = createBench({ claims, maxTokenAge: 60 });
    const token = issuer.tokenFor("alice", { claims: { org } });
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(65);
    expect(verdict(verifier, token)).toBe("token_expired");
  });

  it.each([
    ["session", "s1"],
    ["token", "j1"],
    ["user", "alice"],
  ] as const)("does not disable the revocation of a %s", async (kind, id) => {
    const { issuer, verifier, revocations } = await createRevokingBench({}, { claims });
    const token = issuer.tokenFor("alice", { claims: { sid: "s1", jti: "j1", org } });
    expect(verdict(verifier, token)).toBe("accepted");
    await revocations.revoke({ kind, id, before: startSeconds });
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("of zod, in a preprocess step, behaves the same", () => {
    const zod = z.preprocess(
      (given) => {
        const value = given as Record<string, unknown>;
        delete value.exp;
        value.sub = String(value.sub).toLowerCase();
        return value;
      },
      z.looseObject({ sub: z.string() }),
    );
    const { issuer, verifier, clock } = createBench({ claims: zod as never });
    const token = issuer.tokenFor("ALICE");
    expect(verifier.verifySync(token)).toMatchObject({ id: "ALICE", claims: { sub: "alice" } });
    clock.advance(305);
    expect(verdict(verifier, token)).toBe("token_expired");
  });
});

describe("a claims schema with an invalid result", () => {
  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, (claims: Record<string, unknown>) => unknown]>([
    ["throws", fail],
    ["throws a value that is not an error", throwNothing],
    ["rejects", async () => fail()],
    ["answers later", async (value) => ({ value })],
    ["answers with a thenable", (value) => ({ then: (resolve: (v: unknown) => void) => resolve({ value }) })],
    ["answers with a thenable that throws", () => ({ then: fail })],
    ["never answers", () => new Promise(() => {})],
    ["has a value that is a promise", (value) => ({ value: Promise.resolve(value) })],
    ["has a value that rejects", () => ({ value: Promise.reject(new Error("an asynchronous transform")) })],
    ["answers nothing", () => undefined],
    ["answers null", () => null],
    ["answers true", () => true],
    ["returns an empty object", () => ({})],
    [
      "has issues that throw",
      () => ({
        get issues() {
          return fail();
        },
      }),
    ],
    [
      "has a value that throws",
      () => ({
        get value() {
          return fail();
        },
      }),
    ],
    ["has null for issues", (value) => ({ issues: null, value })],
    ["has issues that are not a list", (value) => ({ issues: 7, value })],
    ["has a path that is not a list", () => ({ issues: [{ message: "no", path: 7 }] })],
    [
      "has a path that throws",
      () => ({
        issues: [
          {
            message: "no",
            path: [
              {
                get key() {
                  return fail();
                },
              },
            ],
          },
        ],
      }),
    ],
    [
      "has a path that cannot be converted to a string",
      () => ({ issues: [{ message: "no", path: [Object.create(null)] }] }),
    ],
  ])("is a refusal if it %s", async (_case, validate) => {
    const { issuer, verifier } = createBench({ claims: schemaOf(validate) });
    const token = issuer.tokenFor("alice");
    expect(verdict(verifier, token)).toBe("claims_invalid");
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "claims_invalid" });
  });
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  it("is read once, even if each read returns something else", () => {
    let reads = 0;
    const fickle = schemaOf((value) => ({
      value,
      get issues() {
        return reads++ === 0 ? [{ message: "no" }] : undefined;
      },
    }));
    const { issuer, verifier } = createBench({ claims: fickle });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("claims_invalid");
  });

  it("names the claim in the hint by every kind of step, also null", () => {
    const claims = schemaOf(() => ({ issues: [{ message: "no", path: ["org", { key: "role" }, null, 0] }] }));
    const { issuer, verifier } = createBench({ claims });
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).hint).toBe(
      "the claims schema refuses `org.role.null.0`",
    );
  });

  it("puts no control characters of the token into the hint", () => {
    const claims = schemaOf((given) => ({
      issues: [{ message: "no", path: Object.keys(given.names as object) }],
    }));
    const { issuer, verifier } = createBench({ claims });
    const token = issuer.tokenFor("alice", { claims: { names: { "\u001b[2J\u009b`": 1 } } });
    expect(refusal(() => verifier.verifySync(token)).hint).toBe(
      "the claims schema refuses `\\u001b[2J\\u009b``",
    );
  });

  it("may call the verifier with another token, and the first token is still verified by its own bytes", () => {
    let callBack = (): unknown => undefined;
    const claims = schemaOf((value) => {
      callBack();
      return { value };
    });
    const { issuer, verifier } = createBench({ claims });
    const [alice, bob] = [
      issuer.tokenFor("alice"),
      issuer.tokenFor("bob", { claims: { more: "x".repeat(500) } }),
    ];
    callBack = () => {
      callBack = () => undefined;
      expect(verifier.verifySync(bob).id).toBe("bob");
      expect(verdict(verifier, "rubbish")).toBe("token_malformed");
    };
    for (const _ of [1, 2]) {
      expect(verifier.verifySync(alice)).toMatchObject({ id: "alice", claims: { sub: "alice" } });
      expect(verifier.verifySync(bob)).toMatchObject({ id: "bob", claims: { sub: "bob" } });
    }
  });
});

describe("a custom policy", () => {
  const { issuer, verifier } = createBench();
  const guard = createGuard({ verifier, ownerParam: null });
  const principal = verifier.verifySync(issuer.tokenFor("alice", { claims: { org: { role: "user" } } }));
  const ask = (policy: Policy<never>) =>
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy as Policy] }, "x");

  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, () => unknown]>([
    ["throws", fail],
    ["rejects", async () => fail()],
    ["answers later", async () => true],
    ["answers with a thenable", () => ({ then: (resolve: (v: unknown) => void) => resolve(true) })],
    ["answers with a thenable that throws", () => ({ then: fail })],
    ["has a then that throws", () => Object.defineProperty({}, "then", { get: fail })],
    ["never answers", () => new Promise(() => {})],
    ["answers 1", () => 1],
    ["answers nothing", () => undefined],
  ])("allows nothing if it %s, as a predicate or as a policy", (_case, answer) => {
    const own = { name: "mine", permits: answer as () => boolean };
    for (const policy of [own, requireClaim(answer as () => boolean)]) {
      expect(refusal(() => ask(policy as Policy<never>))).toMatchObject({ code: "scope_insufficient" });
    }
  });
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  it("has a hint that it must be synchronous", () => {
    const { hint } = refusal(() => ask(requireClaim((async () => true) as never, "the plan")));
    expect(hint).toBe('checking "the plan" failed: the policy returned a promise; it must be synchronous');
  });

  it("is called as a method, so that a class instance can use `this`", () => {
    class RolePolicy {
      readonly name = "role";
      readonly #role: string;
      constructor(role: string) {
        this.#role = role;
      }
      permits({ claims }: Principal<{ org: { role: string } }>) {
        return claims.org.role === this.#role;
      }
    }
    expect(() => ask(new RolePolicy("user") as Policy<never>)).not.toThrow();
    expect(refusal(() => ask(new RolePolicy("admin") as Policy<never>)).code).toBe("scope_insufficient");
  });

  it("may have a name that throws or is not a string", () => {
    const unnamed = Object.defineProperty({ permits: () => false }, "name", { get: fail });
    for (const policy of [unnamed, { permits: () => false, name: Symbol("x") }, { permits: () => false }]) {
      expect(refusal(() => ask(policy as Policy<never>)).code).toBe("scope_insufficient");
    }
  });

  it("cannot change the principal", () => {
    const grant = requireClaim(((claims: { org: { role: string } }) => {
      claims.org.role = "admin";
      return true;
    }) as never);
    expect(refusal(() => ask(grant as Policy<never>)).code).toBe("scope_insufficient");
    expect(principal.claims.org).toEqual({ role: "user" });
  });
});

describe("custom revocations", () => {
  function createOwn(
    check: (token: RevocableToken, now: number) => unknown,
    more: Partial<Revocations> = {},
  ) {
    const revocations = {
      maxTokenAge: 900,
      ready: async () => undefined,
      check,
      ...more,
    } as unknown as Revocations;
    return createBench({ revocations });
  }

  it("check a cached token on each request", () => {
    let isRevoked = false;
    const { issuer, verifier } = createOwn(() => {
      if (isRevoked) throw new AuthError("token_revoked");
    });
    const token = issuer.tokenFor("alice");
    expect([verdict(verifier, token), verdict(verifier, token)]).toEqual(["accepted", "accepted"]);
    isRevoked = true;
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, () => unknown]>([
    ["throw", fail],
    ["throw a value that is not an error", throwNothing],
    ["reject", async () => fail()],
    ["reject with an AuthError", async () => Promise.reject(new AuthError("token_revoked"))],
    ["answer later", async () => undefined],
    ["answer with a thenable that throws", () => ({ then: fail })],
    ["never answer", () => new Promise(() => {})],
  ])("that %s give no answer: a 503", (_case, check) => {
    let current: () => unknown = () => undefined;
    const { issuer, verifier } = createOwn(() => current());
    const token = issuer.tokenFor("alice");
    expect(verdict(verifier, token)).toBe("accepted");
    current = check;
    expect([verdict(verifier, token), verdict(verifier, issuer.tokenFor("bob"))]).toEqual([
      "revocations_unavailable",
      "revocations_unavailable",
    ]);
    current = () => undefined;
    expect(verdict(verifier, token)).toBe("accepted");
  });
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  it("cannot change the claims that they check", () => {
    const seen: RevocableToken[] = [];
    const { issuer, verifier } = createOwn((token) => {
      seen.push({ ...token });
      Object.assign(token, { sub: "nobody" });
    });
    const token = issuer.tokenFor("alice");
    for (const _ of [1, 2]) expect(verdict(verifier, token)).toBe("revocations_unavailable");
    expect(seen.map(({ sub }) => sub)).toEqual(["alice", "alice"]);
  });

  it.each([undefined, "900", 0, Number.NaN, -1])(
    "are rejected at once with maxTokenAge: %j",
    (maxTokenAge) => {
      const revocations = {
        maxTokenAge,
        ready: async () => undefined,
        check: () => undefined,
      } as unknown as Revocations;
      const options: Partial<VerifierOptions> = { revocations };
      expect(() => createBench(options)).toThrow("revocations: maxTokenAge");
      expect(() => createBench({ ...options, maxTokenAge: 60 })).toThrow("revocations: maxTokenAge");
    },
  );

  it("are rejected at once without check or ready", () => {
    for (const revocations of [{}, { check: () => undefined }, { ready: async () => undefined }, null]) {
      expect(() => createBench({ revocations: revocations as never })).toThrow(
        "revocations: give createRevocations(...).",
      );
    }
  });
});

describe("a date with a fraction", () => {
  it("is a valid date, for a new token and a cached one", () => {
    const { issuer, verifier, clock } = createBench({ clockTolerance: 0, maxTokenAge: 100 });
    const of = (claims: Record<string, number>) => issuer.tokenFor("alice", { claims });
    const until = of({ iat: startSeconds - 0.5, exp: startSeconds + 10.5 });
    const aged = of({ iat: startSeconds - 90.25, exp: startSeconds + 60 });
    expect(verifier.verifySync(until)).toMatchObject({
      expiresAt: startSeconds + 10.5,
      issuedAt: startSeconds - 0.5,
    });
    expect(verdict(verifier, aged)).toBe("accepted");
    expect(verdict(verifier, of({ nbf: startSeconds + 0.5 }))).toBe("token_not_yet_valid");
    clock.advance(9.5);
    expect([verdict(verifier, until), verdict(verifier, aged)]).toEqual(["accepted", "accepted"]);
    clock.advance(0.25);
    expect([verdict(verifier, until), verdict(verifier, aged)]).toEqual(["accepted", "token_expired"]);
    clock.advance(0.75);
    expect(verdict(verifier, until)).toBe("token_expired");
  });

  it("is compared with a revocation including the fraction", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const tokens = [0.25, 0.75].map((fraction) =>
      issuer.tokenFor("alice", { claims: { iat: startSeconds + fraction } }),
    );
    await revocations.revoke({ kind: "user", id: "alice", before: startSeconds + 0.5 });
    expect(tokens.map((token) => verdict(verifier, token))).toEqual(["token_revoked", "accepted"]);
  });
});
