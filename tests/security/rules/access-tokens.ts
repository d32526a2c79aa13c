import type { Rule } from "./rule.ts";

/** Access tokens of OAuth clients, beside the tokens of users' own sessions. */
export const accessTokenRules: readonly Rule[] = [
  {
    id: "typ-decides",
    text: "The type of a token decides its rules: one kind is never checked against those of the other",
    kept: [
      [
        "verifier/verifier.ts",
        "if (accessPolicy !== undefined && isAccessToken(parts.header))",
        "if (accessPolicy?.issuers.includes(String(claims.iss)))",
      ],
    ],
  },
  {
    id: "at-off",
    text: "An access token is refused where accessTokens is not set",
    kept: [
      [
        "token/header.ts",
        "if (accessTokens && actual === accessTokenType)",
        "if (actual === accessTokenType)",
      ],
    ],
  },
  {
    id: "at-typ",
    text: "A verifier of session tokens cannot have the type of access tokens",
    kept: [["verifier/options.ts", "if (type === accessTokenType)", "if (false)"]],
  },
  {
    id: "id-token",
    text: "An ID token is refused, even where its issuer and its client are accepted",
    kept: [["claims/claims.ts", "if (claims.at_hash !== undefined)", "if (false)"]],
  },
  {
    id: "id-token-audience",
    text: "Session tokens have an audience where access tokens have the same issuer",
    kept: [
      [
        "verifier/access-tokens.ts",
        "if (session.audiences === null && issuers.some((one) => session.issuers.includes(one)))",
        "if (false)",
      ],
    ],
  },
  {
    id: "cnf",
    text: "A token that is bound to its sender's key is not a bearer token, whatever its typ",
    kept: [["claims/claims.ts", "if (claims.cnf !== undefined)", "if (false)"]],
  },
  {
    id: "at-client",
    text: "An access token names its client",
    kept: [["claims/access-token.ts", "if (!isNonEmptyString(client_id))", "if (false)"]],
  },
  {
    id: "at-one-client",
    text: "An access token names one client only",
    kept: [["claims/access-token.ts", "if (azp !== undefined && azp !== client_id)", "if (false)"]],
  },
  {
    id: "at-jti",
    text: "An access token has a jti and an iat",
    kept: [
      ["claims/access-token.ts", "if (!isNonEmptyString(jti))", "if (false)"],
      ["claims/access-token.ts", "if (!isNumericDate(iat))", "if (false)"],
    ],
  },
  {
    id: "at-scopes",
    text: "An access token needs every scope that the verifier names",
    kept: [["claims/access-token.ts", "if (grantsScopes(scopesOf(scope), needed)) return;", "return;"]],
  },
  {
    id: "at-audience",
    text: "An access token always names this API",
    kept: [["verifier/access-tokens.ts", "if (audiences === null)", "if (false)"]],
  },
  {
    id: "exact-audience",
    text: "A token that names another API too is refused where the audience is exact",
    kept: [["claims/claims.ts", "isExact ? actual.every(isAccepted) : ", ""]],
  },
  {
    id: "client-kind",
    text: "A client that acts for itself is a client, whatever its token says",
    kept: [["claims/principal.ts", 'kind: id === clientId ? "client" : "user"', 'kind: "user"']],
  },
  {
    id: "client-revocation",
    text: "A revocation of a user does not end the tokens of a client with the same id",
    kept: [["verifier/verifier.ts", 'sub: kind === "user" ? sub : undefined', "sub"]],
  },
  {
    id: "logout-issuer",
    text: "An endpoint's own issuer and audience are for logout tokens only",
    kept: [
      [
        "logout/verify.ts",
        'return { ...policy, issuers, audiences: stringList(audience, expected("audience")), isExact: false };',
        'return Object.assign(policy, { issuers, audiences: stringList(audience, expected("audience")) });',
      ],
    ],
  },
];
