import { AuthError } from "../errors.ts";
import type { AuthorizationFields } from "../http/authorization.ts";

/**
 * `Bearer`, at least one space, then the token. The scheme is case-insensitive (RFC 9110 section 11.1). The
 * token parser checks the rest, and reports more than "no match".
 */
const bearer = /^bearer(?: +|$)/i;

/**
 * Reads the token from the `Authorization` header (RFC 6750 section 2.1).
 *
 * Checks that there is exactly one credential and that its scheme is Bearer. Does not look at the token.
 *
 * @param authorization Every value of the header in the request.
 * @param tokenInQuery Whether the query has an `access_token` (RFC 6750 section 2.3). It is never accepted:
 *   URLs end up in logs and in browser histories.
 * @throws {AuthError} `credentials_missing`, `credentials_ambiguous`.
 */
export function readBearer(authorization: AuthorizationFields, tokenInQuery: boolean): string {
  const field = onlyField(authorization);
  if (field === undefined) {
    throw new AuthError("credentials_missing", {
      hint: tokenInQuery
        ? "no Authorization header; an access_token in the query is never accepted"
        : "no Authorization header; send `Authorization: Bearer <token>`",
    });
  }
  // RFC 6750 section 2: a client must not use more than one method in a request.
  if (tokenInQuery)
    throw new AuthError("credentials_ambiguous", { hint: "Authorization header and access_token query" });

  const scheme = bearer.exec(field);
  if (scheme === null) {
    throw new AuthError("credentials_missing", {
      hint: "the Authorization header has no `Bearer` before the token",
    });
  }
  return field.slice(scheme[0].length);
}

function onlyField(authorization: AuthorizationFields): string | undefined {
  if (authorization === undefined || typeof authorization === "string") return authorization;
  if (authorization.length > 1) {
    throw new AuthError("credentials_ambiguous", { hint: `${authorization.length} Authorization headers` });
  }
  return authorization[0];
}
