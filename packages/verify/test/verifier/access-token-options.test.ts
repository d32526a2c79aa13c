import { describe, expect, it } from "vitest";
import { ConfigurationError, localJwks, sharedSecret } from "../../src/index.ts";
import { createBench, refusal, verdict } from "../support.ts";
import { accessTokens, createAccessBench, provider } from "./access-bench.ts";

describe("an exact audience", () => {
  const api = "https://api.example.com";
  it.each<[unknown, string, string]>([
    [api, "accepted", "accepted"],
    [[api], "accepted", "accepted"],
    [[api, api], "accepted", "accepted"],
    [[api, "https://other.example"], "accepted", "audience_rejected"],
    [["https://other.example"], "audience_rejected", "audience_rejected"],
    [[], "claims_invalid", "claims_invalid"],
  ])("of aud %j", (aud, usually, exactly) => {
    for (const [audience, expected] of [
      [api, usually],
      [{ exactly: api }, exactly],
      [{ exactly: [api] }, exactly],
    ] as const) {
      const { verifier, issuer, tokenFor } = createAccessBench({ audience });
      expect(verdict(verifier, issuer.tokenFor("alice", { claims: { aud } }))).toBe(expected);
      expect(verdict(verifier, tokenFor({ aud }))).toBe(expected);
    }
  });

  it("may be for access tokens only, and list several", () => {
    const audience = { exactly: [api, `${provider}/oauth2/userinfo`] };
    const { verifier, issuer, tokenFor } = createAccessBench({ accessTokens: { ...accessTokens, audience } });
    const names = (...more: string[]) => ({ aud: [api, ...more] });
    expect(verdict(verifier, tokenFor(names(`${provider}/oauth2/userinfo`)))).toBe("accepted");
    expect(refusal(() => verifier.verifySync(tokenFor(names("https://x.example"))))).toMatchObject({
      code: "audience_rejected",
      hint: `aud is "${api}", "https://x.example", expected only "${api}" or "${provider}/oauth2/userinfo"`,
    });
    expect(verdict(verifier, issuer.tokenFor("alice", { claims: names("https://x.example") }))).toBe(
      "accepted",
    );
  });
});

describe("the keys of access tokens", () => {
  it("are those of a single source, whichever of the two issuers signs", () => {
    const { verifier, tokenFor, issuer } = createAccessBench();
    expect([verdict(verifier, tokenFor()), verdict(verifier, issuer.tokenFor("alice"))]).toEqual([
      "accepted",
      "accepted",
    ]);
  });

  it("belong to the issuer that their source names", () => {
    const pair = createBench({}, { algorithm: "EdDSA" }).issuer;
    const { issuer, tokenFor } = createAccessBench();
    const sources = (secretOf: string | undefined, pairOf: string | undefined) => [
      sharedSecret(issuer.secret, secretOf === undefined ? {} : { issuer: secretOf }),
      localJwks(pair.jwks(), pairOf === undefined ? {} : { issuer: pairOf }),
    ];
    const { verifier } = createAccessBench({ keys: sources(issuer.issuer, provider) });
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
    expect(verdict(verifier, tokenFor())).toBe("issuer_rejected");
    const signed = pair.tokenFor("alice", {
      header: { typ: "at+jwt" },
      claims: { iss: provider, client_id: "client-1" },
    });
    expect(verdict(verifier, signed)).toBe("accepted");
    expect(verdict(verifier, pair.tokenFor("alice"))).toBe("issuer_rejected");
    for (const unnamed of [sources(undefined, undefined), sources(issuer.issuer, undefined)])
      expect(() => createAccessBench({ keys: unnamed })).toThrow("each source must name its issuer");
    expect(() => createBench({ keys: sources(issuer.issuer, provider) })).toThrow("is not an `issuer`");
  });
});

describe("accessTokens", () => {
  const issuerAdvice =
    "accessTokens.issuer: a non-empty string, or a list of them, is required. Set it to the OAuth provider's issuer, such as https://app.example.com/api/auth.";
  const sameIssuerAdvice =
    "audience: must not be null if access tokens have the same issuer. Otherwise the ID tokens that OAuth clients get would be accepted.";
  it.each<[string, object, string]>([
    ["null", { accessTokens: null }, "accessTokens: give { issuer, scopes }."],
    ["false", { accessTokens: false }, "accessTokens: give { issuer, scopes }."],
    ["a number", { accessTokens: 1 }, "accessTokens: give { issuer, scopes }."],
    ["no issuer", { accessTokens: { scopes: null } }, issuerAdvice],
    ["an empty issuer", { accessTokens: { issuer: "", scopes: null } }, issuerAdvice],
    [
      "no scopes",
      { accessTokens: { issuer: provider } },
      'accessTokens.scopes (null requires none): name the scopes one by one, such as "tasks:write".',
    ],
    [
      "an empty list of scopes",
      { accessTokens: { issuer: provider, scopes: [] } },
      'accessTokens.scopes (null requires none): name the scopes one by one, such as "tasks:write".',
    ],
    [
      "scopes in one text",
      { accessTokens: { issuer: provider, scopes: ["tasks:read tasks:write"] } },
      'accessTokens.scopes (null requires none): name the scopes one by one, such as "tasks:write".',
    ],
    [
      "no audience",
      { audience: null, accessTokens },
      "accessTokens.audience: is required, because an access token can be for any API. Set it to this API's name in access tokens.",
    ],
    [
      "an empty audience",
      { accessTokens: { ...accessTokens, audience: "" } },
      "accessTokens.audience: a non-empty string, or a list of them, is required. Set it to this API's name in tokens.",
    ],
    [
      "null as the audience",
      { accessTokens: { ...accessTokens, audience: null } },
      "accessTokens.audience: is required, because an access token can be for any API. Set it to this API's name in access tokens.",
    ],
    [
      "the issuer of session tokens that have no audience",
      {
        audience: null,
        accessTokens: {
          issuer: "https://app.example.com",
          audience: "https://api.example.com",
          scopes: null,
        },
      },
      sameIssuerAdvice,
    ],
    [
      "several issuers, one of which is that of session tokens that have no audience",
      {
        audience: null,
        accessTokens: {
          issuer: [provider, "https://app.example.com"],
          audience: "https://api.example.com",
          scopes: null,
        },
      },
      sameIssuerAdvice,
    ],
  ])("refuses %s at once, and says what to do", (_case, options, message) => {
    expect(() => createBench(options)).toThrow(new ConfigurationError(message));
  });

  it("does not change if the caller changes the options", () => {
    const scopes = ["tasks:read"];
    const { verifier, tokenFor } = createAccessBench({ accessTokens: { issuer: provider, scopes } });
    scopes.pop();
    expect(verdict(verifier, tokenFor({ scope: "other" }))).toBe("scope_insufficient");
  });
});
