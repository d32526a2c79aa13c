import type { AuthError } from "@usher-auth/verify";
import { isClientsOwn } from "../../input/token-kind.ts";
import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { pasteable } from "../../output/paste.ts";
import { type Diagnosis, errorFinding } from "../check.ts";
import { urlDifference } from "../http/url-difference.ts";

const exampleIssuer = "https://app.example.com/api/auth";

/** The settings do not accept access tokens at all. */
export function accessTokensOff({ claims }: UnverifiedJwt): Diagnosis {
  return errorFinding(
    "access_tokens_off",
    "This is an OAuth client's access token, and the API accepts only tokens of users' own sessions.",
    ["the token's header has typ at+jwt (RFC 9068)", "USHER_ACCESS_TOKEN_ISSUER is not set"],
    [
      `USHER_ACCESS_TOKEN_ISSUER=${pasteable(textOf(claims.iss), exampleIssuer)} # at the API, if OAuth clients may call it`,
      "USHER_ACCESS_TOKEN_SCOPES=tasks:read # the scopes that each access token needs there, or none",
    ],
  );
}

/** A token with `cnf`, whatever its type. undefined: it has none. */
export function boundToKey(claims: UnverifiedJwt["claims"]): Diagnosis | undefined {
  if (!Object.hasOwn(claims, "cnf")) return undefined;
  return errorFinding(
    "access_token_bound",
    "The token is bound to its sender's key (DPoP or mTLS). The API takes bearer tokens only.",
    [`cnf is ${JSON.stringify(claims.cnf)}`],
    ["dpop_bound_access_tokens: false // of this client, at the OAuth provider"],
  );
}

/** What is wrong with an access token, and different from a session token. */
export function explainAccessToken(
  error: AuthError,
  jwt: UnverifiedJwt,
  expected: { readonly issuer: string | undefined; readonly audience: string | undefined },
): Diagnosis | undefined {
  const { claims } = jwt;
  const evidence = error.hint === undefined ? [error.message] : [error.hint];
  switch (error.code) {
    case "token_unsupported":
      return boundToKey(claims);
    case "issuer_rejected": {
      const [actual, wanted] = [String(claims.iss), expected.issuer ?? ""];
      return errorFinding(
        "access_token_issuer",
        "The access token's issuer is not the one that the API expects.",
        [`iss is ${actual}`, `expected ${wanted} (USHER_ACCESS_TOKEN_ISSUER)`, urlDifference(actual, wanted)],
        [`USHER_ACCESS_TOKEN_ISSUER=${pasteable(actual)} # at the API, if that is your OAuth provider`],
      );
    }
    case "audience_rejected":
      return errorFinding(
        "access_token_resource",
        "The OAuth client asked for a token for another API.",
        [`aud is ${[claims.aud].flat().join(", ")}`, `expected ${expected.audience} (API_URL)`],
        [
          `resource=${pasteable(expected.audience)} # by the client, in its authorization and token requests (RFC 8707)`,
          `oauthProvider({ resources: ["${pasteable(expected.audience)}"] }) // at the issuer, so that it knows this API`,
        ],
      );
    case "scope_insufficient": {
      const needed = (error.scopes ?? []).join(" ");
      return errorFinding(
        "access_token_scope",
        "The access token lacks a scope that every access token needs at this API.",
        [`scope is ${JSON.stringify(claims.scope)}, needed: ${needed} (USHER_ACCESS_TOKEN_SCOPES)`],
        [
          isClientsOwn(jwt)
            ? `scope=${needed} # by the client, in its token request; at the issuer: client_credentials_scopes`
            : `scope=${needed} # by the client, in its authorization request: the user then consents to it`,
        ],
      );
    }
    case "token_expired":
      return errorFinding("token_expired", "The access token has expired.", evidence, [
        "grant_type=refresh_token # by the client, at /api/auth/oauth2/token; or the same grant again",
      ]);
    case "claims_invalid":
      return errorFinding(
        "claim_missing",
        "A claim that the API needs is missing or has the wrong type.",
        evidence,
        ["oauthProvider() // at the issuer: sets every claim of RFC 9068; extensions must not replace them"],
      );
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
