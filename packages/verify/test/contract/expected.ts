import { expect } from "vitest";
import type { AuthErrorCode } from "../../src/index.ts";
import type { RawResponse } from "./raw-request.ts";

/**
 * The response of each code, to the byte. Written out, not taken from the code under test: status, title,
 * detail, and the `error` of the challenge (RFC 6750 section 3.1).
 */
const answers: Record<AuthErrorCode, readonly [number, string, string, string?]> = {
  credentials_missing: [
    401,
    "Credentials missing",
    "This endpoint needs a bearer token in the Authorization header.",
  ],
  credentials_ambiguous: [
    400,
    "Credentials ambiguous",
    "The request carries more than one set of credentials.",
    "invalid_request",
  ],
  token_too_large: [401, "Token too large", "The token is longer than this API accepts.", "invalid_token"],
  token_malformed: [401, "Token malformed", "The token is not a well-formed JWT.", "invalid_token"],
  token_unsupported: [
    401,
    "Token unsupported",
    "The token is of a kind that this API does not accept.",
    "invalid_token",
  ],
  algorithm_rejected: [
    401,
    "Algorithm rejected",
    "The token is signed with an algorithm that this API does not accept.",
    "invalid_token",
  ],
  key_unknown: [
    401,
    "Key unknown",
    "The token is signed with a key that this API does not know.",
    "invalid_token",
  ],
  signature_invalid: [401, "Signature invalid", "The token's signature does not match.", "invalid_token"],
  claims_invalid: [
    401,
    "Claims invalid",
    "A required claim is missing or has the wrong type.",
    "invalid_token",
  ],
  issuer_rejected: [
    401,
    "Issuer rejected",
    "The token comes from an issuer that this API does not trust.",
    "invalid_token",
  ],
  audience_rejected: [401, "Audience rejected", "The token is meant for another audience.", "invalid_token"],
  token_expired: [401, "Token expired", "The token has expired.", "invalid_token"],
  token_not_yet_valid: [401, "Token not yet valid", "The token is not valid yet.", "invalid_token"],
  token_revoked: [401, "Token revoked", "The token has been revoked.", "invalid_token"],
  owner_mismatch: [403, "Owner mismatch", "This resource belongs to another user."],
  scope_insufficient: [
    403,
    "Scope insufficient",
    "The token does not grant the scope that this endpoint needs.",
    "insufficient_scope",
  ],
  impersonation_forbidden: [
    403,
    "Impersonation forbidden",
    "This endpoint cannot be used while acting as another user.",
  ],
  reauthentication_required: [
    401,
    "Reauthentication required",
    "This endpoint needs a more recent sign-in.",
    "insufficient_user_authentication",
  ],
  keys_unavailable: [503, "Keys unavailable", "The verification keys are not available at the moment."],
  revocations_unavailable: [
    503,
    "Revocations unavailable",
    "The revocations are not available at the moment.",
  ],
};

/** What a rejection has in addition to what its code implies. */
export interface RefusalDetails {
  /** Default: `api`. */
  readonly realm?: string;
  /** The end of the challenge, such as `, scope="tasks:read"`. Default: nothing. */
  readonly parameters?: string;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Checks that a response is the rejection with this code: status, challenge, body, and caching. */
export function expectRefusal(
  response: Omit<RawResponse, "rest">,
  code: AuthErrorCode,
  { realm = "api", parameters = "", members = {} }: RefusalDetails = {},
): void {
  const [status, title, detail, error] = answers[code];
  const { headers } = response;
  const challenge = `Bearer realm="${realm}"${error === undefined ? "" : `, error="${error}", error_description="${detail}"`}${parameters}`;
  expect({
    status: response.status,
    type: headers["content-type"],
    caching: headers["cache-control"],
    challenge: headers["www-authenticate"],
    retryAfter: headers["retry-after"],
    body: response.body,
  }).toEqual({
    status,
    type: "application/problem+json",
    caching: "no-store",
    challenge: status === 503 ? undefined : challenge,
    retryAfter: status === 503 ? "5" : undefined,
    body: JSON.stringify({ type: `urn:usher-auth:error:${code}`, title, status, code, detail, ...members }),
  });
}
