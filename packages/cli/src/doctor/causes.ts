/**
 * Every cause that the doctor can find, the most likely first: what was sent, then the settings, then what is
 * broken. A finding that follows from another one comes after it.
 */
export const causes = [
  // What was sent
  "token_missing",
  "token_literal",
  "bearer_missing",
  "bearer_doubled",
  "token_is_json",
  "token_quoted",
  "token_whitespace",
  "token_truncated",
  "session_token",
  "access_token_opaque",
  "session_cookie",
  "cookie_cache_compact",
  "cookie_cache_jwt",
  "cookie_cache_jwks",
  "cookie_cache_jwe",
  "email_verification_token",
  "id_token",
  "token_malformed",
  // The settings
  "settings_missing",
  "secret_default",
  "secret_too_short",
  "secret_is_public_key",
  "jwks_insecure",
  "settings_wrong",
  // The algorithm
  "algorithm_none",
  "algorithm_public_key",
  "algorithm_secret",
  "algorithm_other",
  // The secret
  "running_secret_changed",
  "running_secrets_differ",
  "secret_whitespace",
  "secret_quotes",
  "secret_base64",
  "secret_hex",
  "secret_auth_secret",
  "secret_single_ignored",
  "secret_issuer_default",
  "secret_differs",
  "signature_invalid",
  // The keys
  "key_unknown",
  // The claims
  "token_type",
  "access_tokens_off",
  "access_token_bound",
  "expiration_absolute",
  "subject_missing",
  "claim_missing",
  "issuer_differs",
  "access_token_issuer",
  "audience_default",
  "audience_differs",
  "access_token_resource",
  "clock_skew",
  "token_expired",
  "token_not_yet_valid",
  "access_token_scope",
  "token_too_large",
  // The issuer
  "issuer_cannot_sign",
  "issuer_unreachable",
  "issuer_redirects",
  "issuer_html",
  "token_endpoint_missing",
  "issuer_path_unknown",
  "token_endpoint_fails",
  "session_ended",
  "jwks_missing",
  "jwks_unavailable",
  // The API
  "api_unreachable",
  "api_redirects",
  "api_html",
  "header_too_large",
  "authorization_stripped",
  "client_token",
  "path_mismatch",
  "token_revoked",
  "api_settings_differ",
  "api_fails",
  "api_unavailable",
  "preflight_refused",
  "cors_origin",
  "cors_authorization",
  "api_refuses",
  "api_open",
  // Risks that make no request fail
  "secret_old_version",
  "secret_weak",
] as const;

/** One of the causes. */
export type Cause = (typeof causes)[number];

/** The rank of a cause. A lower rank is more likely. */
export function rankOf(cause: Cause): number {
  return causes.indexOf(cause);
}
