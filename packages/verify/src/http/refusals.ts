import { AuthError, type AuthErrorCode, authErrorCodes } from "../errors.ts";
import { notFound, type Problem, problem, type Refusal, refuse } from "./problem.ts";

/** The status, and the `error` of the challenge if RFC 6750 section 3.1 defines one. */
interface Answer {
  readonly status: number;
  readonly challenge?: string;
}

const invalidToken: Answer = { status: 401, challenge: "invalid_token" };
/** A failure of the infrastructure is not an invalid token. */
const unavailable: Answer = { status: 503 };

/** The response to each code. */
const answers: Record<AuthErrorCode, Answer> = {
  // RFC 6750 section 3.1: without credentials, the challenge should have no error code.
  credentials_missing: { status: 401 },
  credentials_ambiguous: { status: 400, challenge: "invalid_request" },
  token_too_large: invalidToken,
  token_malformed: invalidToken,
  token_unsupported: invalidToken,
  algorithm_rejected: invalidToken,
  key_unknown: invalidToken,
  signature_invalid: invalidToken,
  claims_invalid: invalidToken,
  issuer_rejected: invalidToken,
  audience_rejected: invalidToken,
  token_expired: invalidToken,
  token_not_yet_valid: invalidToken,
  token_revoked: invalidToken,
  // The token is valid; another token of the same user would be rejected too.
  owner_mismatch: { status: 403 },
  scope_insufficient: { status: 403, challenge: "insufficient_scope" },
  keys_unavailable: unavailable,
  revocations_unavailable: unavailable,
};

/** Seconds until a client may retry after a failure of the infrastructure. */
const retryAfter = "5";

/** Codes for errors of another version of this package, whose own code this version does not know. */
type OtherCode = "unauthorized" | "service_unavailable";

/**
 * Every refusal of one guard, created once. It has no prototype, so that a lookup by code finds only
 * refusals.
 */
export type Refusals = Readonly<Record<AuthErrorCode | OtherCode, Refusal>>;

/**
 * Returns the refusal of a code, which may come from another version. Always returns one, and never a 500.
 */
export function refusalFor(refusals: Refusals, code: string): Refusal {
  const known: Refusal | undefined = refusals[code as AuthErrorCode];
  // An unknown code is a 503 only if its name ends in `_unavailable`, as every code of an outage does.
  return (
    known ?? (String(code).endsWith("_unavailable") ? refusals.service_unavailable : refusals.unauthorized)
  );
}

/**
 * Creates the response to each code.
 *
 * @param realm The `realm` of the challenge (RFC 9110 section 11.5). The caller has checked its characters.
 * @param concealOwnerMismatch Answer `owner_mismatch` exactly like a path that does not exist.
 */
export function createRefusals(realm: string, concealOwnerMismatch: boolean): Refusals {
  return refusals(
    (code) =>
      code === "owner_mismatch" && concealOwnerMismatch
        ? notFound
        : refuse(authProblem(code), authHeaders(code, realm)),
    refuse(unauthorized, { "www-authenticate": `Bearer realm="${realm}", error="invalid_token"` }),
  );
}

/** RFC 6750 section 3: a challenge for each 401 and 403, and for the 400 of section 3.1. */
function authHeaders(code: AuthErrorCode, realm: string): Record<string, string> {
  const { status, challenge } = answers[code];
  if (status === 503) return { "retry-after": retryAfter };
  const error =
    challenge === undefined ? "" : `, error="${challenge}", error_description="${sentence(code)}"`;
  return { "www-authenticate": `Bearer realm="${realm}"${error}` };
}

function authProblem(code: AuthErrorCode, status = answers[code].status): Problem {
  return problem(status, code, sentence(code));
}

/**
 * The responses to rejected logout tokens. OpenID Connect Back-Channel Logout 1.0 section 2.8 requires 400
 * for an invalid one, without a challenge: the sender is not a bearer. An outage on this side stays a 503.
 */
export function createLogoutRefusals(): Refusals {
  const isOurs = (code: AuthErrorCode) => answers[code].status === 503;
  return refusals(
    (code) =>
      isOurs(code) ? refuse(authProblem(code), authHeaders(code, "")) : refuse(authProblem(code, 400), {}),
    refuse({ ...unauthorized, status: 400 }, {}),
  );
}

function refusals(answer: (code: AuthErrorCode) => Refusal, other: Refusal): Refusals {
  const known = authErrorCodes.map((code) => [code, answer(code)] as const);
  return Object.freeze(
    Object.assign(Object.create(null), Object.fromEntries(known), {
      unauthorized: other,
      service_unavailable: unknownFailure,
    } satisfies Record<OtherCode, Refusal>),
  );
}

const unauthorized = problem(401, "unauthorized", "The request's credentials are not accepted.");
const unknownFailure = refuse(
  problem(503, "service_unavailable", "The service cannot answer at the moment."),
  {
    "retry-after": retryAfter,
  },
);

function sentence(code: AuthErrorCode): string {
  return new AuthError(code).message;
}
