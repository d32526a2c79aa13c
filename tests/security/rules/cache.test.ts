import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { keyUsage } from "@usher-auth/verify/keys";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRevokingBench } from "../../../packages/verify/test/revoking.ts";
import { createBench, start, startSeconds } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";

describe("rules: cache and clock", () => {
  afterEach(() => vi.useRealTimers());

  it("A cached token is recognised by its whole text", () => {
    const { issuer, verifier } = createBench();
    const token = issuer.tokenFor("alice");
    expect(outcome(verifier, token)).toBe("accepted");
    const [header, , signature] = token.split(".");
    const [, payload] = issuer.tokenFor("mallory").split(".");
    expect(outcome(verifier, `${header}.${payload}.${signature}`)).toBe("signature_invalid");
    expect(outcome(verifier, `x${token}`)).toBe("token_malformed");
  });

  it("Only a token that passed every check is cached", () => {
    const { issuer, verifier } = createBench();
    const early = issuer.tokenFor("alice", { claims: { nbf: startSeconds + 60 } });
    for (const [token, code] of [
      [early, "token_not_yet_valid"],
      [issuer.tokenFor("alice", { wrongAudience: true }), "audience_rejected"],
      [issuer.tokenFor("alice", { wrongIssuer: true }), "issuer_rejected"],
      [issuer.tokenFor("alice", { tampered: true }), "signature_invalid"],
    ] as const) {
      expect([outcome(verifier, token), outcome(verifier, token)]).toEqual([code, code]);
    }
  });

  it("The cache never holds more tokens than its limit", () => {
    const { issuer, verifier } = createBench({ cache: 10 });
    const tokens = Array.from({ length: 100 }, (_, index) => issuer.tokenFor(`user ${index}`));
    // A cached token is counted once, when it is first verified.
    const verified = () => keyUsage(verifier)[0]?.verified ?? 0;
    for (const token of tokens) verifier.verifySync(token);
    expect(verified()).toBe(100);
    for (const token of tokens.slice(-2)) verifier.verifySync(token);
    expect(verified()).toBe(100);
    for (const token of tokens.slice(0, 90)) verifier.verifySync(token);
    expect(verified()).toBe(190);
  });

  it("The exp of a cached token is checked on every hit", () => {
    const { issuer, verifier, clock } = createBench();
    const token = issuer.tokenFor("alice", { expiresIn: 60 });
    expect(outcome(verifier, token)).toBe("accepted");
    clock.advance(64);
    expect(outcome(verifier, token)).toBe("accepted");
    clock.advance(1);
    expect(outcome(verifier, token)).toBe("token_expired");
  });

  it("A cached token is checked for revocation on every hit", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const [token, other] = [issuer.tokenFor("alice", { claims: { sid: "s1" } }), issuer.tokenFor("bob")];
    expect([outcome(verifier, token), outcome(verifier, token)]).toEqual(["accepted", "accepted"]);
    await revocations.revoke({ kind: "session", id: "s1", before: startSeconds });
    expect([outcome(verifier, token), outcome(verifier, other)]).toEqual(["token_revoked", "accepted"]);
  });

  it("Setting the clock back does not extend a token", () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"], now: start });
    const { secret, issuer, audience, tokenFor } = createTestIssuer({ clock: () => start });
    const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
    const [token, unseen] = [tokenFor("alice", { expiresIn: 60 }), tokenFor("bob", { expiresIn: 60 })];
    expect(outcome(verifier, token)).toBe("accepted");
    vi.advanceTimersByTime(65_000);
    expect(outcome(verifier, token)).toBe("token_expired");
    vi.setSystemTime(start);
    expect([outcome(verifier, token), outcome(verifier, unseen)]).toEqual(["token_expired", "token_expired"]);
  });
});
