import { afterEach, describe, expect, it, vi } from "vitest";
import { createBench, startSeconds } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";
import { signed } from "./support/signed.ts";

const header = '{"alg":"HS256"}';
const base = { sub: "alice", iss: "https://app.example.com", aud: "https://api.example.com" };
const alive = { ...base, exp: startSeconds + 60 };
const invalid = "claims_invalid";

/** JSON texts, including some that `JSON.stringify` never writes. `1e999` parses as Infinity. */
const notNumbers = ["1e999", "-1e999", `"${startSeconds}"`, "true", "null", `[${startSeconds}]`, "{}"];

/** The outcome for a token in which the claim `name` has this JSON text as its value. */
function withValue(name: string, json: string): string {
  const { issuer, verifier } = createBench();
  const claims = JSON.stringify({ ...alive, [name]: 0 }).replace(`"${name}":0`, `"${name}":${json}`);
  return outcome(verifier, signed(issuer.secret, header, claims));
}

/** The outcome for a token without this claim. */
function without(name: string): string {
  const { issuer, verifier } = createBench();
  return outcome(verifier, issuer.tokenFor("alice", { claims: { [name]: undefined } }));
}

describe("rules: claims", () => {
  afterEach(() => vi.restoreAllMocks());

  it("The payload is not parsed before the signature is verified", () => {
    const { issuer, verifier } = createBench();
    const payload = '{"not":"signed by the issuer"}';
    const parsed = vi.spyOn(JSON, "parse");
    expect(outcome(verifier, signed(`${issuer.secret}!`, header, payload))).toBe("signature_invalid");
    expect(parsed).not.toHaveBeenCalledWith(payload);
    expect(outcome(verifier, signed(issuer.secret, header, payload))).toBe(invalid);
    expect(parsed).toHaveBeenCalledWith(payload);
  });

  it("exp must be a finite number", () => {
    for (const json of notNumbers) expect(withValue("exp", json), json).toBe(invalid);
    expect(withValue("exp", String(startSeconds + 60))).toBe("accepted");
    expect(withValue("exp", `${startSeconds + 60}.5`)).toBe("accepted");
  });

  it("iat must be a finite number", () => {
    for (const json of notNumbers) expect(withValue("iat", json), json).toBe(invalid);
    expect(withValue("iat", String(startSeconds))).toBe("accepted");
    expect(withValue("iat", `${startSeconds}.5`)).toBe("accepted");
  });

  it("nbf must be a finite number", () => {
    for (const json of notNumbers) expect(withValue("nbf", json), json).toBe(invalid);
    expect(withValue("nbf", String(startSeconds))).toBe("accepted");
    expect(withValue("nbf", `${startSeconds}.5`)).toBe("accepted");
  });

  it("exp is required", () => {
    expect(without("exp")).toBe(invalid);
  });

  it("sub is required", () => {
    expect(without("sub")).toBe(invalid);
  });

  it("iss is required", () => {
    expect(without("iss")).toBe(invalid);
  });

  it("aud is required, unless the verifier's audience is null", () => {
    expect(without("aud")).toBe(invalid);
    const { issuer, verifier } = createBench({ audience: null });
    expect(outcome(verifier, issuer.tokenFor("alice", { claims: { aud: undefined } }))).toBe("accepted");
    expect(() => createBench({ audience: undefined as never })).toThrow("audience");
  });

  it("A token whose exp is now has expired", () => {
    const { issuer, verifier } = createBench({ clockTolerance: 0 });
    expect(outcome(verifier, issuer.tokenFor("alice", { expiresIn: 0 }))).toBe("token_expired");
    expect(outcome(verifier, issuer.tokenFor("alice", { expiresIn: 1 }))).toBe("accepted");
  });

  it("A token whose iat is ahead of the clock by more than the tolerance is rejected", () => {
    expect(withValue("iat", String(startSeconds + 5))).toBe("accepted");
    expect(withValue("iat", String(startSeconds + 6))).toBe("token_not_yet_valid");
  });

  it("sub is a non-empty string", () => {
    for (const json of ['""', "7", "true", "null", "[]", '["alice"]', '{"id":"alice"}'])
      expect(withValue("sub", json), json).toBe(invalid);
  });

  it("Header and payload are UTF-8", () => {
    const { issuer, verifier } = createBench();
    const broken = (text: string) => Buffer.from(text.replace("alice", "al\xffice"), "latin1");
    const claims = JSON.stringify(alive);
    expect(outcome(verifier, signed(issuer.secret, header, claims))).toBe("accepted");
    expect(outcome(verifier, signed(issuer.secret, header, broken(claims)))).toBe(invalid);
    expect(outcome(verifier, signed(issuer.secret, broken('{"alg":"HS256","of":"alice"}'), claims))).toBe(
      "token_malformed",
    );
  });

  it("__proto__ in a token is data, not a prototype", () => {
    const { issuer, verifier } = createBench();
    const claims = JSON.stringify(alive).replace(
      "{",
      '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}},',
    );
    const principal = verifier.verifySync(signed(issuer.secret, header, claims));
    expect(principal.claims.role).toBeUndefined();
    expect(Object.getPrototypeOf(principal.claims)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(principal.claims, "__proto__")?.value).toEqual({ role: "admin" });
    expect(({} as { role?: string }).role).toBeUndefined();
    expect(outcome(verifier, signed(issuer.secret, '{"__proto__":{"alg":"HS256"}}', claims))).toBe(
      "token_malformed",
    );
  });
});
