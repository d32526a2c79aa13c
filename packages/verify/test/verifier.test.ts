import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AuthError, ConfigurationError, createVerifier, sharedSecret } from "../src/index.ts";
import { createBench, refusal, start, startSeconds, verdict } from "./support.ts";

describe("createVerifier", () => {
  const keys = sharedSecret("k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t");
  const good = { keys, issuer: "https://app.example.com", audience: "https://api.example.com" };

  it.each([
    ["no keys", { keys: undefined }],
    ["an empty list of keys", { keys: [] }],
    ["a secret where keys belong", { keys: "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t" }],
    ["no issuer", { issuer: undefined }],
    ["an empty issuer", { issuer: "" }],
    ["an empty list of issuers", { issuer: [] }],
    ["no audience", { audience: undefined }],
    ["an empty audience", { audience: "" }],
    ["a list with an empty audience", { audience: ["a", ""] }],
    ["a negative tolerance", { clockTolerance: -1 }],
    ["a tolerance in milliseconds", { clockTolerance: 5000 }],
    ["a tolerance that is no number", { clockTolerance: Number.NaN }],
    ["an age of nothing", { maxTokenAge: 0 }],
    ["a length that lets everything in", { maxTokenLength: Number.POSITIVE_INFINITY }],
    ["an empty typ", { typ: "" }],
    ["claims that are no schema", { claims: {} }],
    ["a schema that validates asynchronously", { claims: z.object({}).refine(async () => true) }],
    ["a cache of minus one", { cache: -1 }],
  ])("refuses %s at once", (_case, wrong) => {
    expect(() => createVerifier({ ...good, ...wrong } as never)).toThrow(ConfigurationError);
  });
});

describe("verify", () => {
  it("makes a principal of a valid token", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor(
      { id: "alice", email: "alice@example.com", name: "Alice" },
      { claims: { sid: "s1", jti: "j1" } },
    );
    expect(verifier.verifySync(token)).toEqual({
      id: "alice",
      sessionId: "s1",
      issuedAt: startSeconds,
      expiresAt: startSeconds + 300,
      claims: {
        sub: "alice",
        sid: "s1",
        jti: "j1",
        iat: startSeconds,
        exp: startSeconds + 300,
        iss: issuer.issuer,
        aud: issuer.audience,
        email: "alice@example.com",
        name: "Alice",
      },
    });
  });

  it("freezes the principal all the way down", () => {
    const { issuer, verifier } = createBench();
    const principal = verifier.verifySync(issuer.tokenFor("alice", { claims: { roles: [{ name: "admin" }] } }));
    const roles = principal.claims.roles as { name: string }[];
    for (const part of [principal, principal.claims, roles, roles[0]]) expect(Object.isFrozen(part)).toBe(true);
  });

  it.each([
    ["tampered", "signature_invalid"],
    ["forgedPayload", "signature_invalid"],
    ["wrongSecret", "signature_invalid"],
    ["expired", "token_expired"],
    ["notYetValid", "token_not_yet_valid"],
    ["issuedInFuture", "token_not_yet_valid"],
    ["wrongIssuer", "issuer_rejected"],
    ["wrongAudience", "audience_rejected"],
    ["unsigned", "token_malformed"],
  ] as const)("refuses a token that is %s with %s", async (fault, code) => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice", { [fault]: true });
    expect(verdict(verifier, token)).toBe(code);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code });
  });

  it("lets the key decide the algorithm", () => {
    const { issuer, verifier } = createBench();
    for (const alg of [
      "none",
      "None",
      "NONE",
      "hs256",
      "HS384",
      "HS512",
      "RS256",
      "ES256",
      "EdDSA",
      "",
      "constructor",
      "__proto__",
    ]) {
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).toBe("algorithm_rejected");
    }
  });

  it("explains a token that a key pair signed", () => {
    const { issuer, verifier } = createBench();
    const { hint } = refusal(() =>
      verifier.verifySync(issuer.tokenFor("alice", { header: { alg: "EdDSA", kid: "k" } })),
    );
    expect(hint).toContain("usherJwt");
  });

  it.each(["HS384", "HS512"] as const)("verifies %s when said, and then nothing else", (algorithm) => {
    const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2tk3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
    const { issuer, verifier } = createBench({ keys: sharedSecret(secret, { algorithm }) }, { secret, algorithm });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(verdict(verifier, createBench({}, { secret }).issuer.tokenFor("alice"))).toBe("algorithm_rejected");
  });

  it("does not read the payload before the signature holds", () => {
    const { issuer, verifier } = createBench();
    const [header] = issuer.tokenFor("alice").split(".");
    const notJson = Buffer.from("not json").toString("base64url");
    expect(verdict(verifier, `${header}.${notJson}.AAAA`)).toBe("signature_invalid");
  });

  it("accepts any listed version of a secret", () => {
    const [old, current] = ["old-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t", "new-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t"];
    const keys = sharedSecret([
      { version: 2, value: current },
      { version: 1, value: old },
    ]);
    for (const secret of [old, current]) {
      const { issuer, verifier } = createBench({ keys }, { secret });
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    }
    const { issuer, verifier } = createBench({ keys });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("signature_invalid");
  });

  it("keeps each of several sources to its own algorithm", () => {
    const [first, second] = [
      "1-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
      "2-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
    ];
    const keys = [sharedSecret(first), sharedSecret(second, { algorithm: "HS512" })];
    const of = (secret: string, algorithm: "HS256" | "HS512") => {
      const { issuer, verifier } = createBench({ keys }, { secret, algorithm });
      return verdict(verifier, issuer.tokenFor("alice"));
    };
    expect([of(first, "HS256"), of(second, "HS512")]).toEqual(["accepted", "accepted"]);
    expect([of(second, "HS256"), of(first, "HS512")]).toEqual(["signature_invalid", "signature_invalid"]);
  });

  it("takes an own __proto__ claim for data", () => {
    const { issuer, verifier } = createBench();
    const claims = JSON.parse('{"__proto__":{"admin":true},"constructor":"x"}');
    const principal = verifier.verifySync(issuer.tokenFor("alice", { claims: { ...claims, extra: claims } }));
    expect(Object.getPrototypeOf(principal.claims.extra)).toBe(Object.prototype);
    expect((principal.claims.extra as Record<string, unknown>).admin).toBeUndefined();
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("says nothing of the token or the secret in any error", () => {
    const { issuer, verifier } = createBench();
    for (const fault of ["tampered", "wrongSecret", "expired", "wrongAudience", "unsigned"]) {
      const token = issuer.tokenFor("alice", { [fault]: true });
      const error = refusal(() => verifier.verifySync(token));
      for (const segment of [...token.split("."), issuer.secret]) {
        if (segment !== "")
          expect(`${error.message} ${error.hint} ${error.stack} ${error.cause}`).not.toContain(segment);
      }
    }
  });

  it.each([undefined, null, 1, {}, [], Buffer.from("a.b.c")])(
    "refuses %j as a token with an AuthError",
    async (value) => {
      const { verifier } = createBench();
      expect(refusal(() => verifier.verifySync(value as never)).code).toBe("token_malformed");
      await expect(verifier.verify(value as never)).rejects.toBeInstanceOf(AuthError);
    },
  );
});

describe("claims schema", () => {
  const claims = z.object({ sub: z.string(), role: z.enum(["admin", "user"]).default("user") });

  it("gives the principal what the schema makes of the claims", () => {
    const clock = () => start;
    const { issuer } = createBench();
    const verifier = createVerifier({
      keys: sharedSecret(issuer.secret),
      issuer: issuer.issuer,
      audience: issuer.audience,
      claims,
      clock,
    });
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const role: "admin" | "user" = principal.claims.role;
    expect(role).toBe("user");
    expect(principal.claims).toEqual({ sub: "alice", role: "user" });
    const error = refusal(() => verifier.verifySync(issuer.tokenFor("alice", { claims: { role: "root" } })));
    expect(error).toMatchObject({ code: "claims_invalid", hint: expect.stringContaining("role") });
    expect(error.hint).not.toContain("root");
  });
});

describe("a claims schema that fails for a token", () => {
  it.each([
    ["is asynchronous only for good claims", z.looseObject({ sub: z.string() }).refine(async () => true)],
    [
      "throws for a claim that is not there",
      z
        .looseObject({ sub: z.string() })
        .transform((claims) => (claims as unknown as { realm: { roles: string[] } }).realm.roles),
    ],
  ])("refuses it with claims_invalid where the schema %s", async (_case, claims) => {
    const { issuer, verifier } = createBench({ claims: claims as never });
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).code).toBe("claims_invalid");
    await expect(verifier.verify(issuer.tokenFor("bob"))).rejects.toBeInstanceOf(AuthError);
  });

  it("refuses it with the cause where the schema throws by itself", () => {
    const claims = {
      "~standard": {
        version: 1 as const,
        vendor: "a test",
        validate: (value: unknown) => {
          if (Object.hasOwn(value as object, "sub")) throw new Error("the schema is broken");
          return { issues: [{ message: "no sub" }] };
        },
      },
    };
    const { issuer, verifier } = createBench({ claims: claims as never });
    const error = refusal(() => verifier.verifySync(issuer.tokenFor("alice")));
    expect(error).toMatchObject({ code: "claims_invalid", cause: new Error("the schema is broken") });
  });
});

describe("cache", () => {
  it("returns the same principal for the same token, and verifies anew without a cache", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice");
    expect(verifier.verifySync(token)).toBe(verifier.verifySync(token));
    for (const cache of [false, 0] as const) {
      const uncached = createBench({ cache });
      const another = uncached.issuer.tokenFor("alice");
      expect(uncached.verifier.verifySync(another)).not.toBe(uncached.verifier.verifySync(another));
    }
  });

  it("does not outlive exp, nor the greatest age", () => {
    for (const [options, life] of [
      [{}, 305],
      [{ maxTokenAge: 60 }, 65],
    ] as const) {
      const { issuer, verifier, clock } = createBench(options);
      const token = issuer.tokenFor("alice");
      clock.advance(life - 1);
      expect(verdict(verifier, token)).toBe("accepted");
      clock.advance(1);
      expect(verdict(verifier, token)).toBe("token_expired");
    }
  });

  it("remembers the whole token: another signature over the same content is another token", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice");
    verifier.verifySync(token);
    expect(verdict(verifier, `${token.slice(0, -4)}AAAA`)).toBe("signature_invalid");
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it("does not let a longer token past the cap", () => {
    const { issuer, verifier } = createBench({ maxTokenLength: 64 });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("token_too_large");
  });
});
