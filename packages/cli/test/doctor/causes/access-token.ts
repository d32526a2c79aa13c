import { type AccessTokenGrant, createTestIssuer, type JwksIssuer } from "@usher-auth/testing";
import type { Cause } from "../../../src/doctor/causes.ts";
import { audience } from "../../support/better-auth.ts";
import type { Row, Situation } from "./row.ts";

const issuer = "https://app.example.com";

/** An OAuth provider's token, and an API that accepts access tokens with the scope tasks:read. */
export async function sent(
  tokenOf: (provider: JwksIssuer) => string,
  change: (right: Record<string, string>) => Record<string, string> = (right) => right,
): Promise<Situation> {
  const provider = await createTestIssuer({ mode: "jwks", issuer, audience });
  const input = tokenOf(provider);
  const environment = change({
    BETTER_AUTH_URL: issuer,
    API_URL: audience,
    USHER_JWKS_URL: provider.jwksUrl,
    USHER_ACCESS_TOKEN_ISSUER: provider.accessTokenIssuer,
    USHER_ACCESS_TOKEN_SCOPES: "tasks:read",
  });
  return { input, environment, hidden: [input] };
}

const grant: AccessTokenGrant = { clientId: "calendar", scope: "tasks:read" };

function row(when: string, first: Cause, says: RegExp, fix: RegExp, faults: AccessTokenGrant): Row {
  const arrange = () => sent(({ accessTokenFor }) => accessTokenFor("ada", { ...grant, ...faults }));
  return { when, first, says, fix, arrange };
}

/** Tokens that OAuth clients get from Better Auth's OAuth provider. */
export const accessTokenRows: readonly Row[] = [
  {
    when: "an OAuth client's opaque access token is sent",
    first: "access_token_opaque",
    says: /only the issuer can read it/,
    fix: /^resource=https:\/\/api\.example\.com /,
    arrange: async () => ({ ...(await sent(() => "qZkVwXyTbNmLpRsDfGhJcKvBtYuIoPaE")) }),
  },
  {
    when: "an OAuth client's ID token is sent instead of its access token",
    first: "id_token",
    says: /\/api\/auth.*calendar/,
    fix: /<access_token>/,
    arrange: () =>
      sent(({ tokenFor }) =>
        tokenFor("ada", {
          header: { typ: undefined },
          claims: { iss: `${issuer}/api/auth`, aud: "calendar", at_hash: "x", jti: undefined },
        }),
      ),
  },
  {
    when: "an ID token has the issuer of session tokens",
    first: "id_token",
    says: /calendar/,
    fix: /<access_token>/,
    arrange: () => sent(({ tokenFor }) => tokenFor("ada", { claims: { aud: "calendar", at_hash: "x" } })),
  },
  {
    when: "the API does not accept access tokens",
    first: "access_tokens_off",
    says: /typ at\+jwt/,
    fix: /^USHER_ACCESS_TOKEN_ISSUER=https:\/\/app\.example\.com\/api\/auth /,
    arrange: () =>
      sent(
        ({ accessTokenFor }) => accessTokenFor("ada", grant),
        ({ USHER_ACCESS_TOKEN_ISSUER: _, USHER_ACCESS_TOKEN_SCOPES: _scopes, ...rest }) => rest,
      ),
  },
  row(
    "an access token is bound to its sender's key",
    "access_token_bound",
    /DPoP/,
    /dpop_bound_access_tokens: false/,
    { claims: { cnf: { jkt: "x" } } },
  ),
  {
    when: "a token of another type is bound to its sender's key",
    first: "access_token_bound",
    says: /DPoP/,
    fix: /dpop_bound_access_tokens: false/,
    arrange: () => sent(({ tokenFor }) => tokenFor("ada", { claims: { cnf: { "x5t#S256": "x" } } })),
  },
  {
    when: "the API expects access tokens of the origin, without /api/auth",
    first: "access_token_issuer",
    says: /\/api\/auth/,
    fix: /^USHER_ACCESS_TOKEN_ISSUER=https:\/\/app\.example\.com\/api\/auth /,
    arrange: () =>
      sent(
        ({ accessTokenFor }) => accessTokenFor("ada", grant),
        (right) => ({ ...right, USHER_ACCESS_TOKEN_ISSUER: issuer }),
      ),
  },
  row(
    "an access token is for another API",
    "access_token_resource",
    /another API/,
    /^resource=https:\/\/api\.example\.com /,
    { wrongAudience: true },
  ),
  row(
    "an access token lacks the API's scope",
    "access_token_scope",
    /scope is "openid", needed: tasks:read/,
    /^scope=tasks:read .*consents/,
    { scope: "openid" },
  ),
  {
    when: "a client's own access token lacks the API's scope",
    first: "access_token_scope",
    says: /scope is "", needed: tasks:read/,
    fix: /client_credentials_scopes/,
    arrange: () => sent(({ clientTokenFor }) => clientTokenFor("backup")),
  },
  row(
    "an access token has expired",
    "token_expired",
    /access token has expired/,
    /^grant_type=refresh_token/,
    {
      expired: true,
    },
  ),
  row("an access token is not valid yet", "token_not_yet_valid", /clock is ahead/, /timedatectl/, {
    issuedInFuture: true,
  }),
  row("an access token has no client_id", "claim_missing", /client_id/, /^oauthProvider\(\)/, {
    claims: { client_id: undefined, azp: undefined },
  }),
];
