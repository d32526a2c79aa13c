import { createHmac } from "node:crypto";
import type { TestIssuer } from "@usher-auth/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hashOfEnd } from "../../src/cache.ts";
import { AuthError, ConfigurationError, createVerifier, sharedSecret } from "../../src/index.ts";
import { createBench, refusal, start, startSeconds, verdict } from "../support.ts";

describe("createVerifier", () => {
  const keys = sharedSecret("k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t");
  const good = { keys, issuer: "https://app.example.com", audience: "https://api.example.com" };

  const keysAdvice =
    "keys: give sharedSecret(...), remoteJwks(...), localJwks(...), keySource(...) of @usher-auth/verify/keys, or a list of them.";
  const issuerAdvice =
    "issuer: a non-empty string, or a list of them, is required. Set it to Better Auth's baseURL.";
  const audienceAdvice =
    "audience: a non-empty string, or a list of them, is required. Set it to this API's name in tokens, or to null to check none.";
  const unusable = "It must be synchronous and return issues.";
  const range = (name: string, least: number, most: number) =>
    `${name}: must be an integer from ${least} to ${most}.`;

  it.each<[string, object, string]>([
    ["no keys", { keys: undefined }, keysAdvice],
    ["keys that are null", { keys: null }, keysAdvice],
    ["an empty list of keys", { keys: [] }, keysAdvice],
    ["a list with something else in it", { keys: [keys, null] }, keysAdvice],
    ["a secret instead of keys", { keys: "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t" }, keysAdvice],
    ["no issuer", { issuer: undefined }, issuerAdvice],
    ["an empty issuer", { issuer: "" }, issuerAdvice],
    ["an empty list of issuers", { issuer: [] }, issuerAdvice],
    ["a list of values that are not issuers", { issuer: [1] }, issuerAdvice],
    ["no audience", { audience: undefined }, audienceAdvice],
    ["an empty audience", { audience: "" }, audienceAdvice],
    ["a list with an empty audience", { audience: ["a", ""] }, audienceAdvice],
    ["a negative tolerance", { clockTolerance: -1 }, range("clockTolerance", 0, 300)],
    ["a tolerance in milliseconds", { clockTolerance: 5000 }, range("clockTolerance", 0, 300)],
    ["a tolerance that is not a number", { clockTolerance: Number.NaN }, range("clockTolerance", 0, 300)],
    ["an age of 0", { maxTokenAge: 0 }, range("maxTokenAge", 1, Number.MAX_SAFE_INTEGER)],
    [
      "a length that accepts everything",
      { maxTokenLength: Number.POSITIVE_INFINITY },
      range("maxTokenLength", 64, 65_536),
    ],
    ["a length that accepts nothing", { maxTokenLength: 63 }, range("maxTokenLength", 64, 65_536)],
    ["an empty typ", { typ: "" }, "typ: must be a non-empty string."],
    ["a typ that is not a string", { typ: 1 }, "typ: must be a non-empty string."],
    [
      "the typ of a logout token",
      { typ: "logout+jwt" },
      "typ: logout tokens must not be accepted as API tokens.",
    ],
    [
      "the typ of access tokens",
      { typ: "application/at+jwt" },
      "typ: OAuth access tokens have separate rules. Accept them with `accessTokens`.",
    ],
    ["an empty list of audiences, exactly", { audience: { exactly: [] } }, audienceAdvice],
    ["no audience, exactly", { audience: { exactly: null } }, audienceAdvice],
    ["no schema", { claims: {} }, "claims: must be a Standard Schema (zod, valibot, arktype, ...)."],
    ["null as a schema", { claims: null }, "claims: must be a Standard Schema (zod, valibot, arktype, ...)."],
    [
      "a schema that validates asynchronously",
      { claims: z.object({}).refine(async () => true) },
      `claims: for an empty object, the claims schema returned a promise: it is asynchronous, or one of its transforms threw. ${unusable}`,
    ],
    [
      "a schema that throws",
      {
        claims: {
          "~standard": {
            validate: () => {
              throw new Error("broken");
            },
          },
        },
      },
      `claims: for an empty object, the claims schema threw. ${unusable}`,
    ],
    ["a cache size of -1", { cache: -1 }, range("cache", 0, 1_000_000)],
    ["invalid revocations", { revocations: {} }, "revocations: give createRevocations(...)."],
    ["revocations that are null", { revocations: null }, "revocations: give createRevocations(...)."],
  ])("refuses %s at once, and says what to do", (_case, wrong, message) => {
    expect(() => createVerifier({ ...good, ...wrong } as never)).toThrow(new ConfigurationError(message));
  });

  it.each([
    { clockTolerance: 0 },
    { clockTolerance: 300 },
    { maxTokenAge: 1 },
    { maxTokenLength: 64 },
    { maxTokenLength: 65_536 },
    { cache: 1_000_000 },
    { cache: false as const },
    { audience: null },
  ])("takes %j", (options) => {
    expect(() => createVerifier({ ...good, ...options })).not.toThrow();
  });

  it("does not change if the caller changes the lists", () => {
    const [issuers, audiences] = [["https://app.example.com"], ["https://api.example.com"]];
    const { issuer, verifier } = createBench({ issuer: issuers, audience: audiences });
    issuers.pop();
    audiences.pop();
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
  });
});

describe("verify", () => {
  it("returns the principal of a valid token", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor(
      { id: "alice", email: "alice@example.com", name: "Alice" },
      { claims: { sid: "s1", jti: "j1" } },
    );
    expect(verifier.verifySync(token)).toEqual({
      id: "alice",
      kind: "user",
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
        email_verified: true,
        name: "Alice",
      },
    });
  });

  it("freezes the principal deeply", () => {
    const { issuer, verifier } = createBench();
    const principal = verifier.verifySync(
      issuer.tokenFor("alice", { claims: { roles: [{ name: "admin" }] } }),
    );
    const roles = principal.claims.roles as { name: string }[];
    for (const part of [principal, principal.claims, roles, roles[0]])
      expect(Object.isFrozen(part)).toBe(true);
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
  ] as const)("rejects a token that is %s with %s", async (fault, code) => {
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
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { alg } })), alg).toBe(
        "algorithm_rejected",
      );
    }
  });

  it("explains a token that a key pair signed", () => {
    const { issuer, verifier } = createBench();
    const { hint } = refusal(() =>
      verifier.verifySync(issuer.tokenFor("alice", { header: { alg: "EdDSA", kid: "k" } })),
    );
    expect(hint).toContain("usherJwt");
  });

  it.each(["HS384", "HS512"] as const)("verifies only %s if configured", (algorithm) => {
    const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2tk3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
    const { issuer, verifier } = createBench(
      { keys: sharedSecret(secret, { algorithm }) },
      { secret, algorithm },
    );
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(verdict(verifier, createBench({}, { secret }).issuer.tokenFor("alice"))).toBe(
      "algorithm_rejected",
    );
  });

  it("does not parse the payload before the signature is verified", () => {
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

  it("uses each of several sources only for its own algorithm", () => {
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

  it("treats an own __proto__ claim as data", () => {
    const { issuer, verifier } = createBench();
    const claims = JSON.parse('{"__proto__":{"admin":true},"constructor":"x"}');
    const principal = verifier.verifySync(issuer.tokenFor("alice", { claims: { ...claims, extra: claims } }));
    expect(Object.getPrototypeOf(principal.claims.extra)).toBe(Object.prototype);
    expect((principal.claims.extra as Record<string, unknown>).admin).toBeUndefined();
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("has no error that contains the token or the secret", () => {
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
    "rejects %j as a token with an AuthError",
    async (value) => {
      const { verifier } = createBench();
      expect(refusal(() => verifier.verifySync(value as never))).toMatchObject({
        code: "token_malformed",
        hint: "the token is not a string",
      });
      await expect(verifier.verify(value as never)).rejects.toBeInstanceOf(AuthError);
    },
  );
});

describe("claims schema", () => {
  const claims = z.object({ sub: z.string(), role: z.enum(["admin", "user"]).default("user") });

  it("has a principal with the schema's result as claims", () => {
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
    expect(error).toMatchObject({ code: "claims_invalid", hint: "the claims schema refuses `role`" });
  });
});

describe("a claims schema that fails for a token", () => {
  it.each([
    ["is asynchronous only for valid claims", z.looseObject({ sub: z.string() }).refine(async () => true)],
    [
      "throws for a missing claim",
      z
        .looseObject({ sub: z.string() })
        .transform((claims) => (claims as unknown as { realm: { roles: string[] } }).realm.roles),
    ],
  ])("rejects it with claims_invalid if the schema %s", async (_case, claims) => {
    const { issuer, verifier } = createBench({ claims: claims as never });
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).code).toBe("claims_invalid");
    await expect(verifier.verify(issuer.tokenFor("bob"))).rejects.toBeInstanceOf(AuthError);
  });

  it("rejects it with the cause if the schema throws", () => {
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
    expect(error).toMatchObject({
      code: "claims_invalid",
      hint: "the claims schema threw",
      cause: new Error("the schema is broken"),
    });
  });

  it.each<[string, object, string]>([
    ["names the path, however deep", { message: "no", path: ["org", { key: "roles" }, 0] }, "org.roles.0"],
    ["names no path if there is none", { message: "no" }, ""],
    ["names no path if the schema has no issue", undefined as never, ""],
  ])("%s", (_case, issue, path) => {
    const claims = {
      "~standard": {
        version: 1 as const,
        vendor: "a test",
        validate: () => ({ issues: issue === undefined ? [] : [issue] }),
      },
    };
    const { issuer, verifier } = createBench({ claims: claims as never });
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).hint).toBe(
      `the claims schema refuses \`${path}\``,
    );
  });

  it("reports that the schema is asynchronous, without waiting", () => {
    const validate = (claims: unknown) =>
      Object.hasOwn(claims as object, "sub")
        ? Promise.reject(new Error("no one awaits this one"))
        : { issues: [{ message: "no sub" }] };
    const claims = { "~standard": { version: 1 as const, vendor: "a test", validate } };
    const { issuer, verifier } = createBench({ claims: claims as never });
    expect(refusal(() => verifier.verifySync(issuer.tokenFor("alice"))).hint).toBe(
      "the claims schema returned a promise: it is asynchronous, or one of its transforms threw",
    );
  });
});

describe("a verifier without revocations", () => {
  it("has no property revocations", () => {
    expect(Object.keys(createBench().verifier)).not.toContain("revocations");
  });
});

describe("cache", () => {
  it("returns the same principal for the same token, and verifies again without a cache", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice");
    expect(verifier.verifySync(token)).toBe(verifier.verifySync(token));
    for (const cache of [false, 0] as const) {
      const uncached = createBench({ cache });
      const another = uncached.issuer.tokenFor("alice");
      expect(uncached.verifier.verifySync(another)).not.toBe(uncached.verifier.verifySync(another));
    }
  });

  it("does not cache beyond exp or maxTokenAge", () => {
    for (const [options, life] of [
      [{}, 305],
      [{ maxTokenAge: 60 }, 65],
    ] as const) {
      const { issuer, verifier, clock } = createBench(options);
      const token = issuer.tokenFor("alice");
      const principal = verifier.verifySync(token);
      clock.advance(life - 1);
      expect(verifier.verifySync(token)).toBe(principal);
      clock.advance(1);
      expect(verdict(verifier, token)).toBe("token_expired");
    }
  });

  it("compares the whole token: another signature over the same content is another token", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice");
    verifier.verifySync(token);
    expect(verdict(verifier, `${token.slice(0, -4)}AAAA`)).toBe("signature_invalid");
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it("does not confuse two tokens with the same hash", () => {
    const { issuer, verifier } = createBench();
    const tokens = twoOfOneHash(issuer);
    expect(tokens).toHaveLength(2);
    for (const token of [...tokens, ...tokens]) expect(verifier.verifySync(token).id).toBe(subjectOf(token));
  });

  it("rejects a token longer than the limit", () => {
    const { issuer, verifier } = createBench({ maxTokenLength: 64 });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("token_too_large");
  });
});

/** Tokens of two users with the same `hashOfEnd`: of about eighty thousand, two are likely to collide. */
function twoOfOneHash(issuer: TestIssuer): string[] {
  const [header, payload] = issuer.tokenFor("alice").split(".") as [string, string];
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const seen = new Map<number, string>();
  for (let count = 0; ; count++) {
    const id = `user-${count}`;
    const content = `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: id })).toString("base64url")}`;
    const signature = createHmac("sha256", issuer.secret).update(content).digest("base64url");
    const token = `${content}.${signature}`;
    const hash = hashOfEnd(token);
    const other = seen.get(hash);
    if (other !== undefined) return [other, token];
    seen.set(hash, token);
  }
}

function subjectOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString()).sub;
}
