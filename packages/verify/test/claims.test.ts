import { describe, expect, it } from "vitest";
import { createBench, refusal, startSeconds, verdict } from "./support.ts";

const { issuer, verifier } = createBench();
const withClaims = (claims: Record<string, unknown>) => verdict(verifier, issuer.tokenFor("alice", { claims }));

describe("claims: form", () => {
  it.each(["sub", "iss", "aud", "exp"])("requires %s", (name) => {
    expect(withClaims({ [name]: undefined })).toBe("claims_invalid");
  });

  it.each(["iat", "nbf", "sid", "jti", "email", "name"])("does not require %s", (name) => {
    expect(withClaims({ [name]: undefined })).toBe("accepted");
  });

  const wrong = [null, true, {}, [], "", [""], 1.5, "1767225600", Number.MAX_SAFE_INTEGER + 1];
  it.each(["exp", "iat", "nbf"])("wants %s to be an integer", (name) => {
    for (const value of wrong) expect(withClaims({ [name]: value }), JSON.stringify(value)).toBe("claims_invalid");
  });

  it.each(["sub", "iss", "sid", "jti"])("wants %s to be a non-empty string", (name) => {
    for (const value of [null, true, 1, {}, [], "", ["alice"]]) {
      expect(withClaims({ [name]: value }), JSON.stringify(value)).toBe("claims_invalid");
    }
  });

  it("wants aud to be a string or a list of strings", () => {
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

describe("claims: issuer and audience", () => {
  it("wants the issuer exactly", () => {
    for (const iss of [
      "https://APP.example.com",
      "http://app.example.com",
      "https://app.example.com.evil.example",
      "https://app.example.com/api/auth",
    ]) {
      expect(withClaims({ iss })).toBe("issuer_rejected");
    }
  });

  it("says when only the trailing slash differs", () => {
    const { hint } = refusal(() =>
      verifier.verifySync(issuer.tokenFor("alice", { claims: { iss: `${issuer.issuer}/` } })),
    );
    expect(hint).toContain("only the trailing slash differs");
    const other = refusal(() => verifier.verifySync(issuer.tokenFor("alice", { wrongIssuer: true })));
    expect(other.hint).not.toContain("slash");
  });

  it("accepts an audience in a list, and no other", () => {
    expect(withClaims({ aud: ["https://other.example", issuer.audience] })).toBe("accepted");
    expect(withClaims({ aud: ["https://other.example"] })).toBe("audience_rejected");
    expect(withClaims({ aud: `${issuer.audience}/` })).toBe("audience_rejected");
  });

  it("accepts any of several issuers and audiences", () => {
    const several = createBench({ issuer: ["https://one.example", "https://two.example"], audience: ["a", "b"] });
    const of = (iss: string, aud: string) =>
      verdict(several.verifier, several.issuer.tokenFor("alice", { claims: { iss, aud } }));
    expect(of("https://two.example", "b")).toBe("accepted");
    expect(of("https://three.example", "b")).toBe("issuer_rejected");
    expect(of("https://one.example", "c")).toBe("audience_rejected");
  });

  it("checks no audience when told so out loud, but still its form", () => {
    const open = createBench({ audience: null });
    const of = (aud: unknown) => verdict(open.verifier, open.issuer.tokenFor("alice", { claims: { aud } }));
    expect(of("anything")).toBe("accepted");
    expect(of(undefined)).toBe("accepted");
    expect(of(1)).toBe("claims_invalid");
  });
});

describe("claims: time", () => {
  /** The verdict on a claim this many seconds from now, with the default tolerance of 5 s. */
  const at = (name: string, seconds: number) => withClaims({ [name]: startSeconds + seconds });

  it("expires at exp, with the tolerance and not a second more", () => {
    expect(at("exp", 1)).toBe("accepted");
    expect(at("exp", -4)).toBe("accepted");
    expect(at("exp", -5)).toBe("token_expired");
    expect(at("exp", -1_000_000)).toBe("token_expired");
  });

  it("expires at exp itself when there is no tolerance", () => {
    const strict = createBench({ clockTolerance: 0 });
    const of = (exp: number) => verdict(strict.verifier, strict.issuer.tokenFor("alice", { claims: { exp } }));
    expect(of(startSeconds)).toBe("token_expired");
    expect(of(startSeconds + 1)).toBe("accepted");
  });

  it.each(["nbf", "iat"])("refuses %s ahead of the clock beyond the tolerance", (name) => {
    expect(at(name, 5)).toBe("accepted");
    expect(at(name, 6)).toBe("token_not_yet_valid");
  });

  it("limits the token's age when told to, and then requires iat", () => {
    const { issuer, verifier } = createBench({ maxTokenAge: 60 });
    const of = (iat: number | undefined) => verdict(verifier, issuer.tokenFor("alice", { claims: { iat } }));
    expect(of(startSeconds - 64)).toBe("accepted");
    expect(of(startSeconds - 65)).toBe("token_expired");
    expect(of(undefined)).toBe("claims_invalid");
  });

  it("takes exp in milliseconds for what it is: a date far ahead, still an integer", () => {
    expect(withClaims({ exp: (startSeconds + 300) * 1000 })).toBe("accepted");
  });
});

describe("claims: the order is stable", () => {
  it("names the issuer before the audience before the time, so that token_expired means only that", () => {
    expect(verdict(verifier, issuer.tokenFor("a", { wrongIssuer: true, wrongAudience: true, expired: true }))).toBe(
      "issuer_rejected",
    );
    expect(verdict(verifier, issuer.tokenFor("a", { wrongAudience: true, expired: true }))).toBe("audience_rejected");
    expect(verdict(verifier, issuer.tokenFor("a", { expired: true }))).toBe("token_expired");
    expect(verdict(verifier, issuer.tokenFor("a", { expired: true, claims: { sub: "" } }))).toBe("claims_invalid");
  });
});
