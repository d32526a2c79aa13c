import type { TokenFaults } from "@usher-auth/testing";
import { createLogoutVerifier } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { describe, expect, it } from "vitest";
import { createBench, start, startSeconds } from "../../../packages/verify/test/support.ts";
import { outcome } from "./support/outcome.ts";

const provider = "https://app.example.com/api/auth";
const api = "https://api.example.com";
const accessTokens = { issuer: provider, scopes: null };
type Options = Parameters<typeof createBench>[0];

/** The outcome for alice's access token with these claims. */
function access(claims: TokenFaults["claims"], options: Options = {}): string {
  const { issuer, verifier } = createBench({ accessTokens, ...options });
  return outcome(verifier, issuer.accessTokenFor("alice", { claims: { ...claims } }));
}

describe("rules: access tokens", () => {
  it("The type of a token decides its rules: one kind is never checked against those of the other", () => {
    const { issuer, verifier } = createBench({ accessTokens });
    expect(outcome(verifier, issuer.accessTokenFor("alice"))).toBe("accepted");
    expect(outcome(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    const client = { client_id: "client-1", jti: "j" };
    const session = issuer.tokenFor("alice", { claims: { ...client, iss: provider } });
    expect(outcome(verifier, session)).toBe("issuer_rejected");
    expect(access({ iss: issuer.issuer })).toBe("issuer_rejected");
  });

  it("An access token is refused where accessTokens is not set", () => {
    expect(access({}, { accessTokens: undefined as never })).toBe("token_unsupported");
    expect(access({ iss: "https://app.example.com" }, { accessTokens: undefined as never })).toBe(
      "token_unsupported",
    );
  });

  it("A verifier of session tokens cannot have the type of access tokens", () => {
    for (const typ of ["at+jwt", "application/AT+JWT"])
      expect(() => createBench({ typ })).toThrow("have separate rules");
  });

  it("An ID token is refused, even where its issuer and its client are accepted", () => {
    const { issuer, verifier } = createBench({
      issuer: provider,
      audience: "client-1",
      accessTokens: { issuer: provider, scopes: null },
    });
    const claims = { iss: provider, aud: "client-1", jti: undefined };
    const idToken = { header: { typ: undefined }, claims: { ...claims, at_hash: "x" } };
    expect(outcome(verifier, issuer.tokenFor("alice", { claims }))).toBe("accepted");
    expect(outcome(verifier, issuer.tokenFor("alice", idToken))).toBe("token_unsupported");
  });

  it("Session tokens have an audience where access tokens have the same issuer", () => {
    const issuer = "https://app.example.com";
    const options = { audience: null, accessTokens: { issuer, audience: api, scopes: null } };
    expect(() => createBench(options)).toThrow("must not be null");
  });

  it("A token that is bound to its sender's key is not a bearer token, whatever its typ", () => {
    const { issuer, verifier } = createBench();
    for (const cnf of [{ jkt: "x" }, { "x5t#S256": "x" }, {}, null, "x"]) {
      expect(access({ cnf }), JSON.stringify(cnf)).toBe("token_unsupported");
      for (const typ of [undefined, "JWT"])
        expect(outcome(verifier, issuer.tokenFor("alice", { header: { typ }, claims: { cnf } }))).toBe(
          "token_unsupported",
        );
    }
  });

  it("An access token names its client", () => {
    for (const client_id of [undefined, null, "", 1, ["client-1"]])
      expect(access({ client_id, azp: undefined }), String(client_id)).toBe("claims_invalid");
  });

  it("An access token names one client only", () => {
    for (const azp of ["another", "", null, ["test-client"]])
      expect(access({ azp }), String(azp)).toBe("claims_invalid");
    expect(access({ azp: undefined })).toBe("accepted");
  });

  it("An access token has a jti and an iat", () => {
    expect(access({ jti: undefined, iat: undefined })).toBe("claims_invalid");
    expect(access({ jti: undefined })).toBe("claims_invalid");
    expect(access({ iat: undefined })).toBe("claims_invalid");
  });

  it("An access token needs every scope that the verifier names", () => {
    const options = { accessTokens: { issuer: provider, scopes: ["a", "b"] } };
    for (const scope of [undefined, "", "a", "b", "ab", "A B", "a,b"])
      expect(access({ scope }, options), scope).toBe("scope_insufficient");
    expect(access({ scope: "openid b a" }, options)).toBe("accepted");
  });

  it("An access token always names this API", () => {
    expect(() => createBench({ audience: null, accessTokens })).toThrow("accessTokens.audience");
    const options = { audience: null, accessTokens: { ...accessTokens, audience: api } };
    expect(access({ aud: undefined }, options)).toBe("claims_invalid");
    expect(access({ aud: "https://other.example" }, options)).toBe("audience_rejected");
  });

  it("A token that names another API too is refused where the audience is exact", () => {
    const options = { audience: { exactly: api } };
    expect(access({ aud: [api] }, options)).toBe("accepted");
    expect(access({ aud: [api, "https://other.example"] }, options)).toBe("audience_rejected");
  });

  it("A client that acts for itself is a client, whatever its token says", () => {
    const { issuer, verifier } = createBench({ accessTokens });
    const claims = { kind: "user", role: "admin", sid: "s1", act: { sub: "alice" } };
    expect(verifier.verifySync(issuer.clientTokenFor("client-1", { claims })).kind).toBe("client");
    expect(verifier.verifySync(issuer.accessTokenFor("alice", { claims })).kind).toBe("user");
  });

  it("A revocation of a user does not end the tokens of a client with the same id", async () => {
    const clock = () => start;
    const revocations = createRevocations({
      store: memoryRevocationStore({ clock }),
      maxTokenAge: 900,
      clock,
    });
    await revocations.ready();
    const { issuer, verifier } = createBench({ accessTokens, revocations });
    await revocations.revoke({ kind: "user", id: "same", before: startSeconds + 1 });
    expect(outcome(verifier, issuer.clientTokenFor("same"))).toBe("accepted");
    expect(outcome(verifier, issuer.accessTokenFor("same"))).toBe("token_revoked");
    await revocations.close();
  });

  it("An endpoint's own issuer and audience are for logout tokens only", () => {
    const { issuer, verifier } = createBench({ accessTokens });
    createLogoutVerifier(verifier, { issuer: provider, audience: "client-1" });
    const claims = { iss: provider, aud: "client-1" };
    expect(outcome(verifier, issuer.tokenFor("alice", { claims }))).toBe("issuer_rejected");
    expect(outcome(verifier, issuer.accessTokenFor("alice", { claims }))).toBe("audience_rejected");
  });
});
