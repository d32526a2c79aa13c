import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createVerifier, sharedSecret } from "../../src/index.ts";
import { createRevocations, memoryRevocationStore } from "../../src/revocation/index.ts";
import { createBench, refusal, start, startSeconds, verdict } from "../support.ts";
import { accessTokens, createAccessBench, provider } from "./access-bench.ts";

async function createRevokingAccessBench() {
  const revocations = createRevocations({
    store: memoryRevocationStore(),
    maxTokenAge: 900,
    clock: () => start,
  });
  await revocations.ready();
  return { ...createAccessBench({ revocations }), revocations };
}

describe("access tokens", () => {
  it("of a user: the principal is the user, with the client", () => {
    const { verifier, tokenFor } = createAccessBench();
    const principal = verifier.verifySync(tokenFor({ sid: "s1", jti: "j1" }));
    expect(principal).toMatchObject({ id: "alice", kind: "user", clientId: "client-1", sessionId: "s1" });
    expect(principal.claims).toMatchObject({ client_id: "client-1", scope: "tasks:read", jti: "j1" });
    expect(Object.isFrozen(principal)).toBe(true);
  });

  it("of a client that acts for itself: the principal is the client", () => {
    const { verifier, tokenFor } = createAccessBench();
    expect(verifier.verifySync(tokenFor({ sub: "client-1", sid: undefined }))).toMatchObject({
      id: "client-1",
      kind: "client",
      clientId: "client-1",
    });
  });

  it("are refused without the option", () => {
    const { verifier } = createBench();
    expect(verdict(verifier, createAccessBench().tokenFor())).toBe("token_unsupported");
  });

  it.each(["at+jwt", "AT+JWT", "application/at+jwt"])("have the typ %s", (typ) => {
    const { verifier, tokenFor } = createAccessBench();
    expect(verifier.verifySync(tokenFor({}, { header: { typ } })).clientId).toBe("client-1");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["without iss", { iss: undefined }, "claims_invalid"],
    ["without sub", { sub: undefined }, "claims_invalid"],
    ["without aud", { aud: undefined }, "claims_invalid"],
    ["without exp", { exp: undefined }, "claims_invalid"],
    ["without iat", { iat: undefined }, "claims_invalid"],
    ["without jti", { jti: undefined }, "claims_invalid"],
    ["with an empty jti", { jti: "" }, "claims_invalid"],
    ["without client_id", { client_id: undefined }, "claims_invalid"],
    ["with an empty client_id", { client_id: "", azp: undefined }, "claims_invalid"],
    ["with a client_id that is no string", { client_id: ["client-1"], azp: undefined }, "claims_invalid"],
    ["with another azp", { azp: "client-2" }, "claims_invalid"],
    ["with a list of scopes", { scope: ["tasks:read"] }, "claims_invalid"],
    ["bound to a DPoP key", { cnf: { jkt: "x" } }, "token_unsupported"],
    ["bound to a certificate", { cnf: { "x5t#S256": "x" } }, "token_unsupported"],
    ["bound to something unknown", { cnf: null }, "token_unsupported"],
    ["bound to a key, without client_id", { cnf: {}, client_id: undefined }, "token_unsupported"],
    ["that are ID tokens, without client_id", { at_hash: "x", client_id: undefined }, "token_unsupported"],
    ["of the issuer of session tokens", { iss: "https://app.example.com" }, "issuer_rejected"],
    ["of another issuer", { iss: "https://other.example" }, "issuer_rejected"],
    ["for another API", { aud: "https://other.example" }, "audience_rejected"],
    ["for its client", { aud: "client-1" }, "audience_rejected"],
    ["that is expired", { exp: startSeconds - 10 }, "token_expired"],
    ["issued in the future", { iat: startSeconds + 10 }, "token_not_yet_valid"],
    ["not valid yet", { nbf: startSeconds + 10 }, "token_not_yet_valid"],
  ])("%s are refused", (_case, claims, code) => {
    const { verifier, tokenFor } = createAccessBench();
    expect(verdict(verifier, tokenFor(claims))).toBe(code);
  });

  it.each<[string, unknown, string]>([
    ["client_id", 1, "`client_id` must be a non-empty string"],
    ["azp", "client-2", "`azp` must be the `client_id` if there is one"],
    ["jti", undefined, "`jti` must be a non-empty string"],
    ["iat", undefined, "`iat` must be a finite number"],
    ["scope", ["tasks:read"], "`scope` must be a string"],
  ])("with the wrong %s are refused with a hint that names it", (name, value, hint) => {
    const { verifier, tokenFor } = createAccessBench();
    expect(refusal(() => verifier.verifySync(tokenFor({ [name]: value })))).toMatchObject({
      code: "claims_invalid",
      hint,
    });
  });

  it("of a user who has signed out are refused: Better Auth says so with sid null", () => {
    const { verifier, tokenFor } = createAccessBench();
    expect(refusal(() => verifier.verifySync(tokenFor({ sid: null })))).toMatchObject({
      code: "claims_invalid",
      hint: "`sid` must be a non-empty string (null: an OAuth client got the token after its user had signed out)",
    });
  });

  it.each([
    ["without azp", { azp: undefined }],
    ["without scope", { scope: undefined }],
    ["for several APIs", { aud: ["https://other.example", "https://api.example.com"] }],
  ])("%s are accepted", (_case, claims) => {
    const { verifier, tokenFor } = createAccessBench();
    expect(verdict(verifier, tokenFor(claims))).toBe("accepted");
  });

  it("need the scopes that the verifier names, and the error names them", () => {
    const scopes = ["tasks:read", "tasks:write"];
    const { verifier, tokenFor, issuer } = createAccessBench({ accessTokens: { issuer: provider, scopes } });
    expect(verdict(verifier, tokenFor({ scope: "openid tasks:write tasks:read" }))).toBe("accepted");
    for (const scope of [undefined, "", "tasks:read", "tasks:read tasks:writer", "tasks:read\ttasks:write"]) {
      expect(refusal(() => verifier.verifySync(tokenFor({ scope })))).toMatchObject({
        code: "scope_insufficient",
        hint: "every access token needs the scope tasks:read tasks:write here (accessTokens.scopes)",
        scopes,
      });
    }
    // The time is first: a client of an expired token needs a new one in any case.
    expect(verdict(verifier, tokenFor({ scope: "", exp: startSeconds - 10 }))).toBe("token_expired");
    // A user's own session has no scopes.
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
  });

  it("are revoked by their user, session and id", async () => {
    const { verifier, tokenFor, revocations } = await createRevokingAccessBench();
    const token = tokenFor({ sid: "s1", jti: "j1" });
    const others = [{ sid: "s2" }, { sid: undefined, jti: "j2" }, { sid: undefined }].map((one) =>
      tokenFor(one),
    );
    for (const one of [token, ...others]) expect(verdict(verifier, one)).toBe("accepted");
    const before = startSeconds;
    await revocations.revoke({ kind: "session", id: "s2", before });
    await revocations.revoke({ kind: "token", id: "j2", before });
    expect([token, ...others].map((one) => verdict(verifier, one))).toEqual([
      "accepted",
      "token_revoked",
      "token_revoked",
      "accepted",
    ]);
    await revocations.revoke({ kind: "user", id: "alice", before });
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("of a client are not revoked by a user with the same id", async () => {
    const { verifier, tokenFor, revocations } = await createRevokingAccessBench();
    const own = tokenFor({ sub: "client-1", jti: "j1" });
    await revocations.revoke({ kind: "user", id: "client-1", before: startSeconds + 1 });
    expect([verdict(verifier, own), verdict(verifier, own)]).toEqual(["accepted", "accepted"]);
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds + 1 });
    expect(verdict(verifier, own)).toBe("token_revoked");
  });

  it("stay apart from session tokens in the caches of tokens and headers", () => {
    const { verifier, tokenFor, issuer } = createAccessBench();
    const access = tokenFor();
    const session = issuer.tokenFor("alice");
    const confused = [
      issuer.tokenFor("alice", { claims: { iss: provider } }),
      tokenFor({ iss: issuer.issuer }),
      issuer.tokenFor("alice", { header: { typ: "at+jwt" } }),
    ];
    for (let round = 0; round < 3; round++) {
      expect(verifier.verifySync(access).clientId).toBe("client-1");
      expect(verifier.verifySync(session)).not.toHaveProperty("clientId");
      expect(confused.map((token) => verdict(verifier, token))).toEqual([
        "issuer_rejected",
        "issuer_rejected",
        "claims_invalid",
      ]);
    }
  });

  it("keep the client if the claims schema drops it, in each request", () => {
    const { issuer, tokenFor, clock } = createAccessBench();
    const verifier = createVerifier({
      keys: sharedSecret(issuer.secret),
      issuer: issuer.issuer,
      audience: issuer.audience,
      accessTokens,
      claims: z.any().transform(() => new Map()),
      clock,
    });
    const token = tokenFor({ sub: "client-1" });
    const [first, second] = [verifier.verifySync(token), verifier.verifySync(token)];
    expect(first).not.toBe(second);
    for (const principal of [first, second])
      expect(principal).toMatchObject({ id: "client-1", kind: "client", clientId: "client-1" });
  });
});

describe("session tokens beside access tokens", () => {
  it("follow their own rules", () => {
    const { verifier, issuer } = createAccessBench();
    const withClient = issuer.tokenFor("alice", { claims: { client_id: "alice" } });
    expect(verifier.verifySync(withClient)).toMatchObject({ id: "alice", kind: "user" });
    expect(verifier.verifySync(withClient)).not.toHaveProperty("clientId");
    expect(verdict(verifier, issuer.tokenFor("alice", { claims: { iss: provider } }))).toBe(
      "issuer_rejected",
    );
  });

  it("are never the ID token of an OAuth client", () => {
    const idToken = {
      iss: provider,
      aud: "client-1",
      at_hash: "x",
      auth_time: startSeconds,
      acr: "0",
      jti: undefined,
    };
    for (const typ of [undefined, "JWT", "at+jwt"]) {
      const { verifier, issuer } = createAccessBench();
      expect(verdict(verifier, issuer.tokenFor("alice", { header: { typ }, claims: idToken }))).not.toBe(
        "accepted",
      );
      // The most that can be in common: `usherJwt({ issuer })`, and an API that is named like a client.
      const same = createBench({
        issuer: provider,
        audience: ["client-1", "https://api.example.com"],
        accessTokens: { issuer: provider, scopes: null },
      });
      expect(
        verdict(same.verifier, same.issuer.tokenFor("alice", { header: { typ }, claims: idToken })),
      ).toBe("token_unsupported");
    }
  });

  it("may have the same issuer: the typ is enough", () => {
    const one = "https://app.example.com";
    const { verifier, issuer, tokenFor } = createAccessBench({ accessTokens: { issuer: one, scopes: null } });
    expect(verifier.verifySync(tokenFor({ iss: one })).clientId).toBe("client-1");
    expect(verifier.verifySync(issuer.tokenFor("alice"))).not.toHaveProperty("clientId");
    expect(verdict(verifier, tokenFor({ iss: one }, { header: { typ: "JWT" } }))).toBe("accepted");
  });
});
