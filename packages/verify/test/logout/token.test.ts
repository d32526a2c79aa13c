import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConfigurationError, createVerifier, localJwks, remoteJwks, sharedSecret } from "../../src/index.ts";
import { createLogoutEndpoint, createLogoutVerifier } from "../../src/logout/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";
import { createBench, handClock, start, startSeconds, verdict } from "../support.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";

describe("createLogoutVerifier: OpenID Connect Back-Channel Logout 1.0 section 2.6", () => {
  it("returns the session or the user that was signed out, and when", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const one = await verifyLogoutToken(
      logoutTokenFor(issuer, { claims: { jti: "1", toe: startSeconds - 60 } }),
    );
    const { issuer: iss } = issuer;
    expect(one).toStrictEqual({
      id: "1",
      issuer: iss,
      sessionId: "s1",
      subject: "alice",
      endedAt: startSeconds - 60,
    });
    const all = await verifyLogoutToken(logoutTokenFor(issuer, { claims: { jti: "2", sid: undefined } }));
    expect(all).toStrictEqual({ id: "2", issuer: iss, subject: "alice", endedAt: startSeconds });
    const bare = await verifyLogoutToken(logoutTokenFor(issuer, { claims: { jti: "3", sub: undefined } }));
    expect(bare).toStrictEqual({ id: "3", issuer: iss, sessionId: "s1", endedAt: startSeconds });
    const first = await verifyLogoutToken(logoutTokenFor(issuer, { claims: { jti: "4", toe: 0 } }));
    expect(first.endedAt).toBe(0);
  });

  it.each([
    ["an ordinary token", { header: { typ: "JWT" } }, "token_unsupported"],
    ["no typ", { header: { typ: undefined } }, "token_unsupported"],
    ["another typ", { header: { typ: "at+jwt" } }, "token_unsupported"],
    ["a nonce", { claims: { nonce: "n" } }, "claims_invalid"],
    ["a nonce that is null", { claims: { nonce: null } }, "claims_invalid"],
    ["no events", { claims: { events: undefined } }, "claims_invalid"],
    ["events of another kind", { claims: { events: { "http://example.com/event": {} } } }, "claims_invalid"],
    ["events that are a list", { claims: { events: [event] } }, "claims_invalid"],
    ["an event that is a list", { claims: { events: { [event]: [] } } }, "claims_invalid"],
    ["an event that is not an object", { claims: { events: { [event]: true } } }, "claims_invalid"],
    ["neither sid nor sub", { claims: { sid: undefined, sub: undefined } }, "claims_invalid"],
    ["an empty sid", { claims: { sid: "" } }, "claims_invalid"],
    ["a sub that is a number", { claims: { sub: 1 } }, "claims_invalid"],
    ["no jti", { claims: { jti: undefined } }, "claims_invalid"],
    ["a jti that is too long", { claims: { jti: "j".repeat(256) } }, "claims_invalid"],
    ["no iat", { claims: { iat: undefined } }, "claims_invalid"],
    ["an exp that is a string", { claims: { exp: "soon" } }, "claims_invalid"],
    ["an event after its `iat`", { claims: { toe: startSeconds + 6 } }, "claims_invalid"],
    ["a toe that is a string", { claims: { toe: String(startSeconds) } }, "claims_invalid"],
    ["another audience", { wrongAudience: true }, "audience_rejected"],
    ["no audience", { claims: { aud: undefined } }, "claims_invalid"],
    ["another issuer", { wrongIssuer: true }, "issuer_rejected"],
    ["no issuer", { claims: { iss: undefined } }, "claims_invalid"],
    ["another secret", { wrongSecret: true }, "signature_invalid"],
    ["a changed payload", { forgedPayload: true }, "signature_invalid"],
    ["no signature", { unsigned: true }, "token_malformed"],
    ["another algorithm", { header: { alg: "none" } }, "algorithm_rejected"],
    ["an exp in the past", { claims: { exp: startSeconds - 5 } }, "token_expired"],
    [
      "an iat two minutes ago",
      { claims: { iat: startSeconds - 125, exp: startSeconds + 60 } },
      "token_expired",
    ],
    ["an iat in the future", { issuedInFuture: true }, "token_not_yet_valid"],
    ["a header with crit", { header: { crit: ["b64"] } }, "token_unsupported"],
  ] as const)("refuses %s", async (_case, faults, code) => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    await expect(verifyLogoutToken(logoutTokenFor(issuer, faults))).rejects.toMatchObject({
      name: "AuthError",
      code,
    });
  });

  it.each([
    [{ iss: 1 }, "`iss` must be a non-empty string"],
    [{ aud: [] }, "`aud` must be a string or a list of strings"],
    [{ iat: "1" }, "`iat` must be a finite number"],
    [{ exp: null }, "`exp` must be a finite number"],
    [{ toe: "0.5" }, "`toe` must be a finite number, 0 or more"],
    [{ toe: -1 }, "`toe` must be a finite number, 0 or more"],
    [{ jti: "" }, "`jti` must be a string of 1 to 255 characters"],
    [{ jti: 1 }, "`jti` must be a string of 1 to 255 characters"],
    [{ sid: "" }, "`sid` must be a non-empty string"],
    [{ sub: "" }, "`sub` must be a non-empty string"],
    [{ sid: undefined, sub: undefined }, "`sid` must be there, or `sub`"],
    [{ events: null }, `\`events\` must be an object with the member "${event}", an object too`],
    [{ events: event }, `\`events\` must be an object with the member "${event}", an object too`],
    [{ events: { [event]: null } }, `\`events\` must be an object with the member "${event}", an object too`],
    [{ nonce: "n" }, "a logout token has no `nonce`"],
    [{ exp: startSeconds - 7 }, "expired 7 s ago"],
    [{ iat: startSeconds + 7 }, "iat is 7 s ahead of this machine's clock: compare it with the issuer's"],
    [
      { iat: startSeconds - 200 },
      "issued 200 s ago; a logout token is valid for 120 s: sign a new one for each delivery",
    ],
    [{ toe: startSeconds + 6 }, "`toe` is after `iat`: a logout cannot be reported before it happens"],
  ])("has a hint for %j", async (claims, hint) => {
    const half = () => start + 400;
    const { issuer, verifier } = createBench({ clock: half });
    const verifyLogoutToken = createLogoutVerifier(verifier);
    await expect(verifyLogoutToken(logoutTokenFor(issuer, { claims }))).rejects.toMatchObject({ hint });
  });

  it("returns a frozen logout", async () => {
    const { issuer, verifier } = createBench();
    expect(Object.isFrozen(await createLogoutVerifier(verifier)(logoutTokenFor(issuer)))).toBe(true);
  });

  it("checks no audience if the verifier does not", async () => {
    const { issuer, verifier } = createBench({ audience: null });
    const verifyLogoutToken = createLogoutVerifier(verifier);
    await expect(verifyLogoutToken(logoutTokenFor(issuer, { wrongAudience: true }))).resolves.toBeDefined();
  });

  it("accepts a token without exp while its iat is recent, within the clock tolerance", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    for (const claims of [
      { exp: undefined },
      { exp: startSeconds - 4 },
      { iat: startSeconds + 5 },
      { iat: startSeconds - 124 },
      { toe: startSeconds + 5 },
      { jti: "j".repeat(255) },
      { sub: undefined },
    ]) {
      await expect(verifyLogoutToken(logoutTokenFor(issuer, { claims }))).resolves.toBeDefined();
    }
  });

  it("accepts each jti once", async () => {
    const { issuer, verifier, clock } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const token = logoutTokenFor(issuer, { claims: { jti: "once" } });
    await verifyLogoutToken(token);
    clock.advance(120);
    await expect(verifyLogoutToken(token)).rejects.toMatchObject({
      code: "claims_invalid",
      hint: "a logout token with this `jti` was used before",
    });
    await expect(verifyLogoutToken(logoutTokenFor(issuer))).resolves.toBeDefined();
  });

  it("accepts a jti in a new token once the first token has expired", async () => {
    const { issuer, verifier, clock } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const again = () => verifyLogoutToken(logoutTokenFor(issuer, { claims: { jti: "once" } }));
    await again();
    clock.advance(129);
    await expect(again()).rejects.toMatchObject({ code: "claims_invalid" });
    clock.advance(1);
    await expect(again()).resolves.toBeDefined();
  });

  it("refreshes the keys, like any token", async () => {
    const clock = handClock();
    const issuer = createTestIssuer({ algorithm: "EdDSA", clock });
    let fetches = 0;
    const fetch = async () => {
      fetches++;
      return Response.json(issuer.jwks());
    };
    const keys = remoteJwks("https://app.example.com/api/auth/jwks", { clock, fetch });
    const { verifier } = createBench({ keys, clock });
    const verifyLogoutToken = createLogoutVerifier(verifier);
    await verifyLogoutToken(logoutTokenFor(issuer));
    clock.advance(300);
    await verifyLogoutToken(logoutTokenFor(issuer));
    expect(fetches).toBe(2);
  });

  it("does not count a jti as used if acting on it failed", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const token = logoutTokenFor(issuer);
    const fail = () => Promise.reject(new Error("the disk is full"));
    await expect(verifyLogoutToken(token, fail)).rejects.toThrow("the disk is full");
    await expect(verifyLogoutToken(token)).resolves.toBeDefined();
  });

  it("is not used if acting on it takes longer than fifteen seconds: a 503", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { issuer, verifier } = createBench();
    const verify = createLogoutVerifier(verifier);
    const token = logoutTokenFor(issuer);
    const hangs = expect(verify(token, () => new Promise(() => undefined))).rejects.toMatchObject({
      code: "revocations_unavailable",
      hint: expect.stringMatching(/^what a logout revokes was not recorded: ./),
    });
    await vi.advanceTimersByTimeAsync(15_000);
    await hangs;
    expect(await verify(token)).toMatchObject({ subject: "alice" });
  });

  it("does not act on a rejected token, and only once on a token that is sent twice at once", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    let acts = 0;
    const act = async () => void acts++;
    await expect(verifyLogoutToken(logoutTokenFor(issuer, { tampered: true }), act)).rejects.toThrow();
    expect(acts).toBe(0);
    const token = logoutTokenFor(issuer);
    const results = await Promise.allSettled([token, token].map((one) => verifyLogoutToken(one, act)));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(acts).toBe(1);
  });

  it("remembers a limited number of jti", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const first = logoutTokenFor(issuer, { claims: { jti: "first" } });
    await verifyLogoutToken(first);
    for (let count = 0; count < 10_000; count++) {
      await verifyLogoutToken(logoutTokenFor(issuer, { claims: { jti: `jti ${count}` } }));
    }
    // Forgotten, so accepted again: it repeats what is known.
    await expect(verifyLogoutToken(first)).resolves.toBeDefined();
  });

  it("fetches unknown keys, like any token", async () => {
    const clock = handClock();
    const issuer = createTestIssuer({ algorithm: "EdDSA", clock });
    const verifier = createVerifier({
      keys: remoteJwks("https://app.example.com/api/auth/jwks", {
        clock,
        fetch: async () => Response.json(issuer.jwks()),
      }),
      issuer: issuer.issuer,
      audience: issuer.audience,
      clock,
    });
    await expect(createLogoutVerifier(verifier)(logoutTokenFor(issuer))).resolves.toMatchObject({
      sessionId: "s1",
    });
  });

  it.each([undefined, null, {}])("rejects %j instead of a verifier", (value) => {
    expect(() => createLogoutVerifier(value as never)).toThrow("verifier: give createVerifier(...).");
  });

  it.each([undefined, null, 1, {}])("refuses %j with an AuthError", async (value) => {
    const { verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    await expect(verifyLogoutToken(value as never)).rejects.toMatchObject({
      name: "AuthError",
      code: "token_malformed",
      hint: "the token is not a string",
    });
  });
});

describe("the issuer and the audience of an endpoint", () => {
  const provider = "https://app.example.com/api/auth";
  const own = { claims: { iss: provider, aud: "client-1", sub: undefined } };
  const codeOf = (verify: Promise<unknown>) =>
    verify.then(
      () => "accepted",
      (error) => error.code,
    );

  it("replace those of the verifier, which accepts nothing more", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier, { issuer: provider, audience: "client-1" });
    expect(await codeOf(verifyLogoutToken(logoutTokenFor(issuer, own)))).toBe("accepted");
    expect(await codeOf(verifyLogoutToken(logoutTokenFor(issuer)))).toBe("issuer_rejected");
    expect(await codeOf(createLogoutVerifier(verifier)(logoutTokenFor(issuer, own)))).toBe("issuer_rejected");
    const idToken = issuer.tokenFor("alice", { claims: { iss: provider, aud: "client-1" } });
    expect(verdict(verifier, idToken)).toBe("issuer_rejected");
    expect(await codeOf(verifyLogoutToken(idToken))).toBe("token_unsupported");
  });

  it("may be lists, with the verifier's own among them", async () => {
    const { issuer, verifier } = createBench();
    const verifyLogoutToken = createLogoutVerifier(verifier, {
      issuer: [issuer.issuer, provider],
      audience: [issuer.audience, "client-1"],
    });
    for (const faults of [own, {}])
      expect(await codeOf(verifyLogoutToken(logoutTokenFor(issuer, faults)))).toBe("accepted");
    const another = logoutTokenFor(issuer, { claims: { ...own.claims, aud: "client-2" } });
    expect(await codeOf(verifyLogoutToken(another))).toBe("audience_rejected");
  });

  it("may be one of the two", async () => {
    const { issuer, verifier } = createBench({ audience: { exactly: "https://api.example.com" } });
    const sameAudience = createLogoutVerifier(verifier, { issuer: provider });
    expect(await codeOf(sameAudience(logoutTokenFor(issuer, { claims: { iss: provider } })))).toBe(
      "accepted",
    );
    const both = { claims: { iss: provider, aud: ["client-1", issuer.audience] } };
    expect(await codeOf(sameAudience(logoutTokenFor(issuer, both)))).toBe("audience_rejected");
    const sameIssuer = createLogoutVerifier(verifier, { audience: "client-1" });
    // An audience of the endpoint is not exact, even if the verifier's is.
    for (const aud of ["client-1", ["client-1", "client-2"]])
      expect(await codeOf(sameIssuer(logoutTokenFor(issuer, { claims: { aud } })))).toBe("accepted");
  });

  it("are refused if they are empty, or if no key belongs to the issuer", () => {
    const { verifier, issuer } = createBench();
    for (const [options, message] of [
      [{ issuer: "" }, "issuer: must be a non-empty string, or a list of them."],
      [{ issuer: null }, "issuer: must be a non-empty string, or a list of them."],
      [{ audience: [] }, "audience: must be a non-empty string, or a list of them."],
      [{ audience: null }, "audience: must be a non-empty string, or a list of them."],
    ] as const)
      expect(() => createLogoutVerifier(verifier, options as never)).toThrow(new ConfigurationError(message));
    const named = createBench({ keys: sharedSecret(issuer.secret, { issuer: issuer.issuer }) }).verifier;
    expect(() => createLogoutVerifier(named, { issuer: [issuer.issuer] })).not.toThrow();
    expect(() => createLogoutVerifier(named, { issuer: [issuer.issuer, provider] })).toThrow(
      new ConfigurationError(
        `issuer: no key of the verifier belongs to "${provider}". Each key source names other issuers: give the endpoint its own verifier, with the keys of that issuer.`,
      ),
    );
  });

  it("may have their own verifier: the API's accepts no more tokens, and shares the revocations", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const keys = sharedSecret(issuer.secret, { issuer: provider });
    const ofEndpoint = createBench({ keys, issuer: provider, audience: "client-1", revocations }).verifier;
    const token = issuer.tokenFor("alice", { claims: { sid: "s1" } });
    expect(verdict(verifier, token)).toBe("accepted");

    const receive = createLogoutEndpoint(ofEndpoint);
    const contentType = "application/x-www-form-urlencoded";
    const logout = logoutTokenFor(issuer, { claims: { ...own.claims, sid: "s1" } });
    expect((await receive({ contentType, body: `logout_token=${logout}` })).status).toBe(200);

    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("are restricted to the issuers that each key source names", async () => {
    const accessTokens = { issuer: provider, scopes: null };
    const other = createTestIssuer({ algorithm: "EdDSA" });
    const { issuer } = createBench();
    const { verifier } = createBench({
      keys: [
        sharedSecret(issuer.secret, { issuer: issuer.issuer }),
        localJwks(other.jwks(), { issuer: provider }),
      ],
      accessTokens,
    });
    const verifyLogoutToken = createLogoutVerifier(verifier, { issuer: provider, audience: "client-1" });
    expect(await codeOf(verifyLogoutToken(logoutTokenFor(issuer, own)))).toBe("issuer_rejected");
    const time = { iat: startSeconds, exp: startSeconds + 120 };
    const signed = logoutTokenFor(other, { claims: { ...own.claims, ...time } });
    expect(await codeOf(verifyLogoutToken(signed))).toBe("accepted");
  });
});

describe("a logout token is not an access token", () => {
  it("is rejected as one, by a verifier of any typ", async () => {
    const { issuer, verifier } = await createRevokingBench();
    expect(verdict(verifier, logoutTokenFor(issuer))).toBe("token_unsupported");
    const accessTokens = { issuer: issuer.issuer, scopes: null };
    for (const options of [{ typ: "api+jwt" }, { accessTokens }, { typ: "api+jwt", accessTokens }]) {
      const another = createBench(options);
      expect(verdict(another.verifier, logoutTokenFor(another.issuer))).toBe("token_unsupported");
    }
    expect(() => createBench({ typ: "application/logout+JWT" })).toThrow("logout token");
  });
});
