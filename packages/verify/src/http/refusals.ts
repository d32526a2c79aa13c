import { BoundedMap } from "../cache.ts";
import { AuthError, type AuthErrorCode, authErrorCodes } from "../errors.ts";
import { isScope } from "../option-values.ts";
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
  impersonation_forbidden: { status: 403 },
  // RFC 9470 section 3.
  reauthentication_required: { status: 401, challenge: "insufficient_user_authentication" },
  keys_unavailable: unavailable,
  revocations_unavailable: unavailable,
};

/** Seconds until a client may retry after a failure of the infrastructure. */
const retryLater = { "retry-after": "5" };

/** Codes for errors of another version of this package, whose own code this version does not know. */
type OtherCode = "unauthorized" | "service_unavailable";

/** The responses to rejected requests. */
export interface Refusals {
  /**
   * Returns the response to an error, which may come from another version. Always returns one, and never a
   * 500.
   */
  for(error: { readonly code: string; readonly scopes?: unknown; readonly maxAge?: unknown }): Refusal;
}

/**
 * Creates the responses of one guard. The refusal of each code is created once, and so is each combination of
 * a code and what a route requires.
 *
 * @param realm The `realm` of the challenge (RFC 9110 section 11.5). The caller has checked its characters.
 * @param concealOwnerMismatch Answer `owner_mismatch` exactly like a path that does not exist.
 * @param metadataUrl The URL of the protected resource's metadata (RFC 9728 section 5.1), for the challenge.
 */
export function createRefusals(realm: string, concealOwnerMismatch: boolean, metadataUrl?: string): Refusals {
  const resource = metadataUrl === undefined ? "" : `, resource_metadata="${metadataUrl}"`;
  const prepare = (code: AuthErrorCode, requirement?: Requirement): Refusal =>
    code === "owner_mismatch" && concealOwnerMismatch
      ? notFound
      : refuse(
          { ...authProblem(code), ...requirement },
          authHeaders(code, realm, `${parametersOf(requirement)}${resource}`),
        );
  const other = refuse(unauthorized, {
    "www-authenticate": `Bearer realm="${realm}", error="invalid_token"${resource}`,
  });
  return withRequirements(prepareAll(prepare, other), prepare);
}

/** What the client needs, to be accepted. */
type Requirement = Pick<Problem, "scope" | "max_age">;

/** Requirements come from an application's routes and its clients' scopes, so there are few. */
const preparedRequirements = 1000;

/** In characters. A longer header may not pass a proxy. */
const longestScope = 2000;

function withRequirements(
  byCode: RefusalsByCode,
  prepare: (code: AuthErrorCode, requirement: Requirement) => Refusal,
): Refusals {
  const prepared = new BoundedMap<string, Refusal>(preparedRequirements);
  return {
    for(error) {
      const requirement = requirementOf(error);
      if (requirement === undefined) return refusalOf(byCode, error.code);
      const key = JSON.stringify(requirement);
      const known = prepared.get(key) ?? prepare(error.code as AuthErrorCode, requirement);
      prepared.set(key, known);
      return known;
    },
  };
}

/**
 * The requirement of an error, which may come from the application or from another version: only a valid one
 * reaches the challenge.
 */
function requirementOf(error: {
  readonly code: string;
  readonly scopes?: unknown;
  readonly maxAge?: unknown;
}): Requirement | undefined {
  const { code, scopes, maxAge } = error;
  if (code === "scope_insufficient" && Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScope)) {
    const scope = scopes.join(" ");
    return scope.length <= longestScope ? { scope } : undefined;
  }
  if (code === "reauthentication_required" && Number.isSafeInteger(maxAge) && (maxAge as number) >= 0)
    return { max_age: maxAge as number };
  return undefined;
}

/** RFC 9470 section 3 writes `max_age` as a quoted-string too. */
function parametersOf({ scope, max_age: maxAge }: Requirement = {}): string {
  if (scope !== undefined) return `, scope="${scope}"`;
  return maxAge === undefined ? "" : `, max_age="${maxAge}"`;
}

/** RFC 6750 section 3: a challenge for each 401 and 403, and for the 400 of section 3.1. */
function authHeaders(code: AuthErrorCode, realm: string, parameters: string): Record<string, string> {
  const { status, challenge } = answers[code];
  if (status === 503) return retryLater;
  const error =
    challenge === undefined ? "" : `, error="${challenge}", error_description="${sentence(code)}"`;
  return { "www-authenticate": `Bearer realm="${realm}"${error}${parameters}` };
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
  const byCode = prepareAll(
    (code) => (isOurs(code) ? refuse(authProblem(code), retryLater) : refuse(authProblem(code, 400), {})),
    refuse({ ...unauthorized, status: 400 }, {}),
  );
  return { for: ({ code }) => refusalOf(byCode, code) };
}

/** Has no prototype, so that a lookup by code finds only refusals. */
type RefusalsByCode = Readonly<Record<AuthErrorCode | OtherCode, Refusal>>;

function prepareAll(prepare: (code: AuthErrorCode) => Refusal, other: Refusal): RefusalsByCode {
  const known = authErrorCodes.map((code) => [code, prepare(code)] as const);
  return Object.freeze(
    Object.assign(Object.create(null), Object.fromEntries(known), {
      unauthorized: other,
      service_unavailable: unknownFailure,
    } satisfies Record<OtherCode, Refusal>),
  );
}

function refusalOf(refusals: RefusalsByCode, code: string): Refusal {
  const known: Refusal | undefined = refusals[code as AuthErrorCode];
  // An unknown code is a 503 only if its name ends in `_unavailable`, as every code of an outage does.
  return (
    known ?? (String(code).endsWith("_unavailable") ? refusals.service_unavailable : refusals.unauthorized)
  );
}

const unauthorized = problem(401, "unauthorized", "The request's credentials are not accepted.");
const unknownFailure = refuse(
  problem(503, "service_unavailable", "The service cannot answer at the moment."),
  retryLater,
);

function sentence(code: AuthErrorCode): string {
  return new AuthError(code).message;
}
