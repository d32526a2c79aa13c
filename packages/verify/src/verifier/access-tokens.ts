import type { AccessPolicy } from "../claims/access-token.ts";
import type { ClaimsPolicy } from "../claims/claims.ts";
import { readScopes } from "../claims/scope.ts";
import { ConfigurationError } from "../errors.ts";
import { stringList } from "../option-values.ts";
import { type AudienceOption, readAudience } from "./audience.ts";

/**
 * How a verifier accepts OAuth access tokens (RFC 9068), beside the tokens of users' own sessions: those of
 * Better Auth's OAuth provider (`@better-auth/oauth-provider`, `@better-auth/mcp`).
 *
 * The header's `typ` decides which rules a token is checked against, and only those: an access token has
 * `at+jwt`. It must have `iss`, `sub`, `aud`, `exp`, `iat`, `jti` and `client_id`. A token that is bound to
 * its sender's key (`cnf`: DPoP, mTLS) is `token_unsupported`. `principal.kind` is `"client"` if the client
 * is the token's subject too (the `client_credentials` grant), and `principal.clientId` is the `client_id`.
 *
 * The verifier's `clockTolerance`, `maxTokenAge`, `claims` schema and `revocations` are for both kinds.
 * Better Auth's access tokens live for an hour, so `maxTokenAge` may end them earlier (`token_expired`). A
 * revocation of a user covers the access tokens of that user, and no token of a client that acts for itself.
 *
 * Does NOT check whether the client is still registered, or which scopes a route needs: use
 * `requireClientScopes`.
 *
 * @example
 * ```ts
 * import { type AccessTokenOptions, createVerifier, remoteJwks } from "@usher-auth/verify";
 *
 * const accessTokens: AccessTokenOptions = {
 *   issuer: "https://app.example.com/api/auth",
 *   scopes: ["tasks:read"],
 * };
 * export const verifier = createVerifier({
 *   keys: remoteJwks("https://app.example.com/api/auth/jwks"),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 *   accessTokens,
 * });
 * ```
 */
export interface AccessTokenOptions {
  /**
   * The required `iss` of access tokens, compared exactly. For Better Auth's OAuth provider it is the
   * `baseURL` with its path, such as `https://app.example.com/api/auth`, unless the server sets
   * `jwt.issuer`; the metadata below `/.well-known/oauth-authorization-server` states it. A list accepts
   * each of its members.
   */
  readonly issuer: string | readonly string[];
  /**
   * The name of this API in access tokens: the `resource` that clients ask for. As the verifier's `audience`,
   * but never `null` (RFC 9068 section 4). A token with the scope `openid` also names the issuer's userinfo
   * endpoint, so list that with `exactly`. Default: the verifier's `audience`.
   */
  readonly audience?: Exclude<AudienceOption, null>;
  /**
   * The scopes that every access token needs at this API; without them, the token is `scope_insufficient`. A
   * user who lets a client sign in has not consented to this API. `null`: none, because each route says which
   * scopes it needs.
   */
  readonly scopes: readonly string[] | null;
}

/**
 * @param session The rules of session tokens.
 * @throws {ConfigurationError}
 */
export function readAccessTokens(options: AccessTokenOptions, session: ClaimsPolicy): AccessPolicy {
  if (typeof options !== "object" || options === null)
    throw new ConfigurationError("accessTokens: give { issuer, scopes }.");
  const { issuer, audience, scopes } = options;
  const issuers = stringList(
    issuer,
    "accessTokens.issuer: a non-empty string, or a list of them, is required. Set it to the OAuth provider's issuer, such as https://app.example.com/api/auth.",
  );
  const { audiences, isExact } =
    audience === undefined ? session : readAudience(audience, "accessTokens.audience", "");
  if (audiences === null)
    throw new ConfigurationError(
      "accessTokens.audience: is required, because an access token can be for any API. Set it to this API's name in access tokens.",
    );
  if (session.audiences === null && issuers.some((one) => session.issuers.includes(one)))
    throw new ConfigurationError(
      "audience: must not be null if access tokens have the same issuer. Otherwise the ID tokens that OAuth clients get would be accepted.",
    );
  return {
    ...session,
    issuers,
    audiences,
    isExact,
    scopes: scopes === null ? null : readScopes(scopes, "accessTokens.scopes (null requires none)"),
  };
}
