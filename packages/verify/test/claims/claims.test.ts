import { describe, expect, it } from "vitest";
import { checkAudience, readClaimsObject } from "../../src/claims/claims.ts";
import { createBench, refusal, start, startSeconds, verdict } from "../support.ts";

const { issuer, verifier } = createBench();
const withClaims = (claims: Record<string, unknown>) =>
  verdict(verifier, issuer.tokenFor("alice", { claims }));

describe("claims: form", () => {
  it.each(["sub", "iss", "aud", "exp"])("requires %s", (name) => {
    expect(withClaims({ [name]: undefined })).toBe("claims_invalid");
  });

  it.each(["iat", "nbf", "sid", "jti", "email", "name"])("does not require %s", (name) => {
    expect(withClaims({ [name]: undefined })).toBe("accepted");
  });

  const wrong = [null, true, {}, [], "", [""], "1767225600", "1e3"];
  it.each(["exp", "iat", "nbf"])("requires %s to be a number", (name) => {
    for (const value of wrong)
      expect(withClaims({ [name]: value }), JSON.stringify(value)).toBe("claims_invalid");
  });

  it.each(["sub", "iss", "sid", "jti"])("requires %s to be a non-empty string", (name) => {
    for (const value of [null, true, 1, {}, [], "", ["alice"]]) {
      expect(withClaims({ [name]: value }), JSON.stringify(value)).toBe("claims_invalid");
    }
  });

  it("requires aud to be a string or a list of strings", () => {
    for (const value of [null, 1, {}, [], "", [""], [issuer.audience, 1], [[issuer.audience]]]) {
      expect(withClaims({ aud: value }), JSON.stringify(value)).toBe("claims_invalid");
    }
  });

  it("keeps any string as the subject, exactly", () => {
    for (const id of ["Alice", " alice ", "a/b", "ａｌｉｃｅ", "null", "__proto__", "\u0000", "\u{1F600}"]) {
      expect(verifier.verifySync(issuer.tokenFor(id)).id).toBe(id);
    }
  });
});

describe("claims: what is not a bearer token", () => {
  it.each([undefined, "JWT", "application/jwt"])("refuses a token bound to a key, with typ %s", (typ) => {
    for (const cnf of [{ jkt: "x" }, { "x5t#S256": "x" }, { jwk: {} }, { kid: "x" }, {}, null, false, ""]) {
      const token = issuer.tokenFor("alice", { header: { typ }, claims: { cnf } });
      expect(
        refusal(() => verifier.verifySync(token)),
        JSON.stringify(cnf),
      ).toMatchObject({
        code: "token_unsupported",
        hint: "this is bound to its sender's key (`cnf`: DPoP or mTLS), not a bearer token",
      });
    }
  });

  it("refuses an ID token, and says what to send", () => {
    const token = issuer.tokenFor("alice", { claims: { at_hash: "x" } });
    expect(refusal(() => verifier.verifySync(token))).toMatchObject({
      code: "token_unsupported",
      hint: "this is an ID token (`at_hash`): send the access token",
    });
  });

  it("refuses a token bound to a key where the verifier has its own typ", () => {
    const own = createBench({ typ: "secevent+jwt" });
    const withCnf = { header: { typ: "secevent+jwt" }, claims: { cnf: { jkt: "x" } } };
    expect(verdict(own.verifier, own.issuer.tokenFor("alice", { header: withCnf.header }))).toBe("accepted");
    expect(verdict(own.verifier, own.issuer.tokenFor("alice", withCnf))).toBe("token_unsupported");
  });

  it("says so before anything else about the claims, even for an expired token", () => {
    for (const claims of [{ sub: undefined }, { iss: "x" }, { aud: "x" }, { exp: startSeconds - 100 }])
      expect(withClaims({ ...claims, cnf: { jkt: "x" } })).toBe("token_unsupported");
  });

  it("takes only the claim itself for it", () => {
    expect(withClaims({ CNF: { jkt: "x" }, nested: { cnf: { jkt: "x" } } })).toBe("accepted");
  });
});

describe("claims: issuer and audience", () => {
  it("compares the issuer exactly", () => {
    for (const iss of [
      "https://APP.example.com",
      "http://app.example.com",
      "https://app.example.com.evil.example",
      "https://app.example.com/api/auth",
    ]) {
      expect(withClaims({ iss })).toBe("issuer_rejected");
    }
  });

  it("explains that only the trailing slash differs", () => {
    const { hint } = refusal(() =>
      verifier.verifySync(issuer.tokenFor("alice", { claims: { iss: `${issuer.issuer}/` } })),
    );
    expect(hint).toContain("only the trailing slash differs");
    const other = refusal(() => verifier.verifySync(issuer.tokenFor("alice", { wrongIssuer: true })));
    expect(other.hint).not.toContain("slash");
  });

  it("accepts only the configured audience in a list", () => {
    expect(withClaims({ aud: ["https://other.example", issuer.audience] })).toBe("accepted");
    expect(withClaims({ aud: ["https://other.example"] })).toBe("audience_rejected");
    expect(withClaims({ aud: `${issuer.audience}/` })).toBe("audience_rejected");
  });

  it("accepts any of several issuers and audiences", () => {
    const several = createBench({
      issuer: ["https://one.example", "https://two.example"],
      audience: ["a", "b"],
    });
    const of = (iss: string, aud: string) =>
      verdict(several.verifier, several.issuer.tokenFor("alice", { claims: { iss, aud } }));
    expect(of("https://two.example", "b")).toBe("accepted");
    expect(of("https://three.example", "b")).toBe("issuer_rejected");
    expect(of("https://one.example", "c")).toBe("audience_rejected");
  });

  it("accepts any audience with an explicit null, but still checks its form", () => {
    const open = createBench({ audience: null });
    const of = (aud: unknown) => verdict(open.verifier, open.issuer.tokenFor("alice", { claims: { aud } }));
    expect(of("anything")).toBe("accepted");
    expect(of(undefined)).toBe("accepted");
    expect(of(1)).toBe("claims_invalid");
  });
});

describe("claims: time", () => {
  /** The result for a claim this many seconds from now, with the default tolerance of 5 s. */
  const at = (name: string, seconds: number) => withClaims({ [name]: startSeconds + seconds });

  it("expires at exp plus the tolerance, to the second", () => {
    expect(at("exp", 1)).toBe("accepted");
    expect(at("exp", -4)).toBe("accepted");
    expect(at("exp", -5)).toBe("token_expired");
    expect(at("exp", -1_000_000)).toBe("token_expired");
  });

  it("expires exactly at exp without a tolerance", () => {
    const strict = createBench({ clockTolerance: 0 });
    const of = (exp: number) =>
      verdict(strict.verifier, strict.issuer.tokenFor("alice", { claims: { exp } }));
    expect(of(startSeconds)).toBe("token_expired");
    expect(of(startSeconds + 1)).toBe("accepted");
  });

  it.each(["nbf", "iat"])("rejects %s in the future beyond the tolerance", (name) => {
    expect(at(name, 5)).toBe("accepted");
    expect(at(name, 6)).toBe("token_not_yet_valid");
  });

  it("limits the token's age with maxTokenAge, and then requires iat", () => {
    const { issuer, verifier } = createBench({ maxTokenAge: 60 });
    const of = (iat: number | undefined) => verdict(verifier, issuer.tokenFor("alice", { claims: { iat } }));
    expect(of(startSeconds - 64)).toBe("accepted");
    expect(of(startSeconds - 65)).toBe("token_expired");
    expect(of(undefined)).toBe("claims_invalid");
  });

  it("accepts exp in milliseconds as a date in the far future", () => {
    expect(withClaims({ exp: (startSeconds + 300) * 1000 })).toBe("accepted");
  });
});

describe("claims: the order is stable", () => {
  it("checks issuer, audience and time in this order, so that token_expired means nothing else is wrong", () => {
    expect(
      verdict(verifier, issuer.tokenFor("a", { wrongIssuer: true, wrongAudience: true, expired: true })),
    ).toBe("issuer_rejected");
    expect(verdict(verifier, issuer.tokenFor("a", { wrongAudience: true, expired: true }))).toBe(
      "audience_rejected",
    );
    expect(verdict(verifier, issuer.tokenFor("a", { expired: true }))).toBe("token_expired");
    expect(verdict(verifier, issuer.tokenFor("a", { expired: true, claims: { sub: "" } }))).toBe(
      "claims_invalid",
    );
  });
});

describe("claims: hints for the operator", () => {
  const hintOf = (claims: Record<string, unknown>, options: Parameters<typeof createBench>[0] = {}) => {
    const bench = createBench(options);
    return refusal(() => bench.verifier.verifySync(bench.issuer.tokenFor("alice", { claims }))).hint;
  };
  const quoted = (text: string) => JSON.stringify(text);
  const otherIssuer = "https://evil.example";

  it.each([
    ["sub", 1, "`sub` must be a non-empty string"],
    [
      "sub",
      undefined,
      "`sub` must be a non-empty string (the issuer's other JWTs have none: e-mail links, cookie caches)",
    ],
    ["iss", 1, "`iss` must be a non-empty string"],
    ["aud", 1, "`aud` must be a string or a list of strings"],
    ["exp", "1", "`exp` must be a finite number"],
    ["nbf", "1.5", "`nbf` must be a finite number"],
    ["iat", null, "`iat` must be a finite number"],
    ["sid", "", "`sid` must be a non-empty string"],
    ["jti", 1, "`jti` must be a non-empty string"],
  ])("of %s as %j", (name, value, hint) => {
    expect(hintOf({ [name]: value })).toBe(hint);
  });

  it("for a payload that is not an object", () => {
    expect(refusal(() => readClaimsObject({ payload: Buffer.from("[]") }))).toMatchObject({
      code: "claims_invalid",
      hint: "the payload is not a JSON object in UTF-8",
    });
  });

  it("for an issuer: actual and expected, and whether only a slash differs", () => {
    const expected = `expected ${quoted(issuer.issuer)}`;
    expect(hintOf({ iss: otherIssuer })).toBe(`iss is ${quoted(otherIssuer)}, ${expected}`);
    expect(hintOf({ iss: `${issuer.issuer}/` })).toBe(
      `iss is ${quoted(`${issuer.issuer}/`)}, ${expected}: only the trailing slash differs`,
    );
    expect(
      hintOf({ iss: "https://a.example" }, { issuer: ["https://b.example", "https://a.example/"] }),
    ).toBe(
      'iss is "https://a.example", expected "https://b.example" or "https://a.example/": only the trailing slash differs',
    );
    expect(hintOf({ iss: issuer.issuer.slice(0, -1) })).not.toContain("slash");
  });

  it("for an audience: actual and expected", () => {
    expect(hintOf({ aud: "x" })).toBe(`aud is "x", expected ${quoted(issuer.audience)}`);
    expect(hintOf({ aud: ["x", "y"] }, { audience: ["a", "b"] })).toBe(
      'aud is "x", "y", expected "a" or "b"',
    );
    expect(refusal(() => checkAudience(undefined, { audiences: ["a"], isExact: false })).hint).toBe(
      'aud is , expected "a"',
    );
  });

  it("for hostile text: quoted, in one line, and limited in length", () => {
    expect(hintOf({ iss: 'a"\nb' })).toContain('iss is "a\\"\\nb", expected');
    expect(hintOf({ iss: "x".repeat(200) })).toContain(`iss is "${"x".repeat(200)}", expected`);
    expect(hintOf({ iss: "x".repeat(201) })).toContain(`iss is "${"x".repeat(200)}…", expected`);
  });

  it("for times: the difference in whole seconds", () => {
    const half = () => start + 500;
    expect(hintOf({ exp: startSeconds - 10 })).toBe("expired 10 s ago");
    expect(hintOf({ exp: startSeconds - 10 }, { clock: half })).toBe("expired 10 s ago");
    expect(hintOf({ nbf: startSeconds + 10 }, { clock: half })).toBe(
      "nbf is 10 s ahead of this machine's clock: compare it with the issuer's",
    );
    expect(hintOf({ iat: startSeconds + 10 })).toBe(
      "iat is 10 s ahead of this machine's clock: compare it with the issuer's",
    );
    expect(hintOf({ iat: startSeconds - 100 }, { maxTokenAge: 60, clock: half })).toBe(
      "issued 100 s ago; maxTokenAge is 60 s",
    );
  });
});
