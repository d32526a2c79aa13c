/**
 * The claims of a token, without a schema. Registered claims are validated; all others are as sent. Times may
 * have fractions (RFC 7519 section 2, NumericDate).
 */
export interface TokenClaims {
  /** RFC 7519 section 4.1.1. */
  readonly iss: string;
  /** RFC 7519 section 4.1.2: the user's id. */
  readonly sub: string;
  /** RFC 7519 section 4.1.3. Absent only if the verifier has `audience: null`. */
  readonly aud?: string | readonly string[];
  /** RFC 7519 section 4.1.4, in seconds since 1970 (NumericDate). */
  readonly exp: number;
  /** RFC 7519 section 4.1.5, in seconds since 1970. */
  readonly nbf?: number;
  /** RFC 7519 section 4.1.6, in seconds since 1970. */
  readonly iat?: number;
  /** RFC 7519 section 4.1.7. */
  readonly jti?: string;
  /** OpenID Connect Back-Channel Logout 1.0 section 2.1: the session's id. */
  readonly sid?: string;
  readonly [claim: string]: unknown;
}

/**
 * The user, or the OAuth client, of a verified token. Deeply frozen, because requests with the same token
 * share it. If a `claims` schema returns something that cannot be frozen (a `Map`, a `Set`, a `Date`, a class
 * instance), it is not shared: the schema runs again for each request.
 *
 * A principal says who the user is, not what they may do. Check roles and scopes where you need them.
 */
export interface Principal<Claims = TokenClaims> {
  /** The id of the user, or of the client: the `sub` claim, exactly as issued. Never empty. */
  readonly id: string;
  /**
   * `"client"` for an OAuth client that acts for itself (the `client_credentials` grant): its `sub` is no
   * user's id. Everything else is `"user"`.
   */
  readonly kind: "user" | "client";
  /**
   * The OAuth client that the token was issued to: the `client_id` of an access token (RFC 9068 section 2.2).
   * Absent for a token of the user's own session.
   */
  readonly clientId?: string;
  /**
   * Who acts as this user, if it is not the user: the `sub` of the claim `act` (RFC 8693 section 4.1), such
   * as the administrator of an impersonated session. Empty if the claim does not say.
   */
  readonly actorId?: string;
  /** The session of the token: the `sid` claim, if there is one. */
  readonly sessionId?: string;
  /** When the token was issued, in seconds since 1970: the `iat` claim, if there is one. */
  readonly issuedAt?: number;
  /** When the token expires, in seconds since 1970: the `exp` claim. */
  readonly expiresAt: number;
  /** All claims of the token, or the output of the verifier's `claims` schema. */
  readonly claims: Claims;
}

/**
 * Creates a principal.
 *
 * @param checked The token's claims, which no other code has touched.
 * @param claims `principal.claims`, already frozen.
 * @param clientId The OAuth client of an access token. The client itself is the principal if it is the
 *   subject too (RFC 9068 section 2.2, `sub`).
 */
export function createPrincipal<Claims>(
  checked: TokenClaims,
  claims: Claims,
  clientId?: string,
): Principal<Claims> {
  const { sub: id, sid: sessionId, iat: issuedAt, exp: expiresAt } = checked;
  return Object.freeze({
    id,
    kind: id === clientId ? "client" : "user",
    ...(clientId !== undefined && { clientId }),
    ...(checked.act !== undefined && { actorId: actorOf(checked.act) }),
    ...(sessionId !== undefined && { sessionId }),
    ...(issuedAt !== undefined && { issuedAt }),
    expiresAt,
    claims,
  });
}

function actorOf(act: unknown): string {
  const { sub } = (act ?? {}) as { sub?: unknown };
  return typeof sub === "string" ? sub : "";
}
