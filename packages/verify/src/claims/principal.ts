/**
 * Claims as a token carries them, when no schema says more. Registered claims are checked; the others are as
 * sent. Times may have fractions (RFC 7519 section 2, NumericDate).
 */
export interface TokenClaims {
  /** RFC 7519 section 4.1.1. */
  readonly iss: string;
  /** RFC 7519 section 4.1.2: the user's id. */
  readonly sub: string;
  /** RFC 7519 section 4.1.3. Absent only where the verifier was told `audience: null`. */
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
 * Who a verified token speaks for. Deeply frozen, since one may be shared by many requests. What a `claims`
 * schema makes and nothing can freeze (a `Map`, a `Set`, a `Date`, an object of a class) is shared with none:
 * the schema is asked anew for each verification of the same token.
 *
 * A principal says who the user is, not what they may do: check roles and scopes where you need them.
 */
export interface Principal<Claims = TokenClaims> {
  /** The user's id: the `sub` claim, exactly as the issuer wrote it. Never empty. */
  readonly id: string;
  /** The session that the token was made in: the `sid` claim, where there is one. */
  readonly sessionId?: string;
  /** When the token was issued, in seconds since 1970: the `iat` claim, where there is one. */
  readonly issuedAt?: number;
  /** When the token ends, in seconds since 1970: the `exp` claim. */
  readonly expiresAt: number;
  /** All claims of the token, or what the verifier's `claims` schema made of them. */
  readonly claims: Claims;
}

/**
 * Puts a principal together.
 *
 * @param checked The token's own claims, which no other code has had its hands on.
 * @param claims What the principal carries, frozen already.
 */
export function createPrincipal<Claims>(checked: TokenClaims, claims: Claims): Principal<Claims> {
  const { sub: id, sid: sessionId, iat: issuedAt, exp: expiresAt } = checked;
  // Each as one literal of all its parts: what grows by and by costs more than all of this.
  if (sessionId === undefined || issuedAt === undefined) {
    return Object.freeze({
      id,
      ...(sessionId !== undefined && { sessionId }),
      ...(issuedAt !== undefined && { issuedAt }),
      expiresAt,
      claims,
    });
  }
  return Object.freeze({ id, sessionId, issuedAt, expiresAt, claims });
}
