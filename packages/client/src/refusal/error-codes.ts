/**
 * The codes of the guard (`@usher-auth/verify`), and whether a new token of the same sign-in may resolve
 * each. The request is then sent again.
 */
const resolvedByNewToken = {
  // Time has passed, or the clocks of the browser and the API differ.
  token_expired: true,
  // The keys changed after this token was signed.
  key_unknown: true,
  signature_invalid: true,
  algorithm_rejected: true,
  // All tokens issued before some moment are revoked: after a change of the user's organization or role. If
  // the session itself has ended, getToken returns none.
  token_revoked: true,
  // A newer token is issued later, and is even further ahead of the API's clock.
  token_not_yet_valid: false,
  // The issuer and the API are configured differently. The next token has the same claims.
  issuer_rejected: false,
  audience_rejected: false,
  claims_invalid: false,
  // getToken returns something that is not an API token.
  token_too_large: false,
  token_malformed: false,
  token_unsupported: false,
  // A token was sent, and a proxy removed it, or added another.
  credentials_missing: false,
  credentials_ambiguous: false,
  // The user must sign in: a new token of the same sign-in has the same `auth_time`.
  reauthentication_required: false,
  // The token is valid. The user's next token would be rejected too.
  owner_mismatch: false,
  scope_insufficient: false,
  impersonation_forbidden: false,
  // The API cannot decide at the moment.
  keys_unavailable: false,
  revocations_unavailable: false,
} as const;

/** A code of the guard's problem bodies (docs/errors.md). */
export type AuthErrorCode = keyof typeof resolvedByNewToken;

/** Whether a new token may resolve this code. A code that is not listed is not retried. */
export function isResolvedByNewToken(code = ""): boolean {
  return (resolvedByNewToken as Readonly<Record<string, unknown>>)[code] === true;
}

export function isCodeOfGuard(code: string): boolean {
  return Object.hasOwn(resolvedByNewToken, code);
}
