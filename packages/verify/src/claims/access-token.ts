import { AuthError } from "../errors.ts";
import { isNonEmptyString } from "../option-values.ts";
import type { JsonObject } from "../token/json.ts";
import { type ClaimsPolicy, checkForms, checkValues, invalid, isNumericDate } from "./claims.ts";
import type { TokenClaims } from "./principal.ts";
import { grantsScopes, scopesOf } from "./scope.ts";

/** What an access token's claims are compared with. Validated when the verifier is created. */
export interface AccessPolicy extends ClaimsPolicy {
  /** RFC 9068 section 4: an access token names its API. */
  readonly audiences: readonly string[];
  /** The scopes that every access token needs. `null`: none. */
  readonly scopes: readonly string[] | null;
}

/** The claims of an access token, after {@link checkAccessToken}. */
export interface AccessTokenClaims extends TokenClaims {
  readonly iat: number;
  readonly jti: string;
  /** RFC 9068 section 2.2: the OAuth client that the token was issued to. */
  readonly client_id: string;
  /** RFC 9068 section 2.2.3: the granted scopes, separated by spaces. */
  readonly scope?: string;
}

/**
 * Checks the verified claims of an access token (RFC 9068 section 4). The order is that of
 * `checkClaims`: first what kind of token it is, and the types; the scopes are last.
 *
 * @param now Seconds since 1970.
 * @param issuers The issuers that the signing key vouches for; undefined: every accepted one.
 * @throws {AuthError} As `checkClaims`, and `scope_insufficient`.
 */
export function checkAccessToken(
  claims: JsonObject,
  policy: AccessPolicy,
  now: number,
  issuers: readonly string[] | undefined,
): asserts claims is JsonObject & AccessTokenClaims {
  checkForms(claims, policy);
  checkAddedForms(claims);
  checkValues(claims, policy, now, issuers);
  checkScopes(claims.scope, policy.scopes);
}

/** The claims that RFC 9068 section 2.2 adds to those of a session token, or requires. */
function checkAddedForms({ client_id, azp, jti, iat, scope }: JsonObject): void {
  if (!isNonEmptyString(client_id)) throw invalid("client_id", "a non-empty string");
  if (azp !== undefined && azp !== client_id) throw invalid("azp", "the `client_id` if there is one");
  if (!isNonEmptyString(jti)) throw invalid("jti", "a non-empty string");
  if (!isNumericDate(iat)) throw invalid("iat", "a finite number");
  if (scope !== undefined && typeof scope !== "string") throw invalid("scope", "a string");
}

function checkScopes(scope: unknown, needed: readonly string[] | null): void {
  if (needed === null) return;
  if (grantsScopes(scopesOf(scope), needed)) return;
  throw new AuthError("scope_insufficient", {
    hint: `every access token needs the scope ${needed.join(" ")} here (accessTokens.scopes)`,
    scopes: needed,
  });
}
