/** One run of schemathesis over every operation. */
export interface Round {
  readonly title: string;
  /** The user whose token is sent; undefined: no token. */
  readonly user: string | undefined;
  /** The user whose paths are requested; undefined: random ones. */
  readonly path: string | undefined;
  /** The time limit in seconds, and the number of requests per operation. */
  readonly seconds: number;
  readonly examples: number;
}

export const rounds: readonly Round[] = [
  { title: "With a token, on the user's own paths", user: "ada", path: "ada", seconds: 75, examples: 60 },
  { title: "With a token, on other users' paths", user: "ada", path: undefined, seconds: 25, examples: 30 },
  { title: "Without a token", user: undefined, path: undefined, seconds: 25, examples: 30 },
];

/**
 * All checks of schemathesis, except for these:
 * - `positive_data_acceptance`: a well-formed cursor or logout token may still not be ours,
 *   which is a 400.
 * - `unsupported_method`, `allow_header_conformance`: an unknown route is a 404 for every method,
 *   and a 401 without a token.
 * - `object_level_authorization`: needs two users in one run. `usher-auth audit` and tests/security/http look
 *   for that.
 */
export const checks: readonly string[] = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "missing_required_header",
  "use_after_free",
  "ensure_resource_availability",
  "ignored_auth",
];
