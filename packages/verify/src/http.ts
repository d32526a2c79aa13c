import { AuthError, type AuthErrorCode, authErrorCodes } from "./errors.ts";

/** A problem body (RFC 9457), as every error of a guarded API has it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What to switch on. */
  readonly code: string;
  readonly detail: string;
}

/** The media type of a {@link Problem} (RFC 9457 section 3). */
export const problemContentType = "application/problem+json";

/** How each code is answered: the status, and the `error` of the challenge where RFC 6750 section 3.1 has one for it. */
const answers: Record<AuthErrorCode, { readonly status: number; readonly challenge?: string }> = {
  // RFC 6750 section 3.1: without credentials the challenge should have no error code.
  credentials_missing: { status: 401 },
  credentials_ambiguous: { status: 400, challenge: "invalid_request" },
  token_too_large: { status: 401, challenge: "invalid_token" },
  token_malformed: { status: 401, challenge: "invalid_token" },
  token_unsupported: { status: 401, challenge: "invalid_token" },
  algorithm_rejected: { status: 401, challenge: "invalid_token" },
  key_unknown: { status: 401, challenge: "invalid_token" },
  signature_invalid: { status: 401, challenge: "invalid_token" },
  claims_invalid: { status: 401, challenge: "invalid_token" },
  issuer_rejected: { status: 401, challenge: "invalid_token" },
  audience_rejected: { status: 401, challenge: "invalid_token" },
  token_expired: { status: 401, challenge: "invalid_token" },
  token_not_yet_valid: { status: 401, challenge: "invalid_token" },
  token_revoked: { status: 401, challenge: "invalid_token" },
  // The token is fine; another one of the same user would change nothing.
  owner_mismatch: { status: 403 },
  scope_insufficient: { status: 403, challenge: "insufficient_scope" },
  // A failure of the infrastructure is not an invalid token.
  keys_unavailable: { status: 503 },
  revocations_unavailable: { status: 503 },
};

/** Seconds after which a client may try again when the infrastructure failed. */
const retryAfter = "5";

/** A complete answer to a request that was turned away. The same object for each request with the same code. */
export interface Refusal {
  readonly status: number;
  /** Header names in lower case. All static text: nothing of a request is ever echoed. */
  readonly headers: Readonly<Record<string, string>>;
  /** The problem as JSON text. */
  readonly body: string;
}

/** Every refusal of one guard, made once. */
export type Refusals = Readonly<Record<AuthErrorCode, Refusal>>;

/**
 * Makes the answer for each code.
 *
 * @param realm The `realm` of the challenge (RFC 9110 section 11.5); the caller has checked its characters.
 * @param concealOwnerMismatch Answer `owner_mismatch` exactly as a path that does not exist.
 */
export function createRefusals(realm: string, concealOwnerMismatch: boolean): Refusals {
  const entries = authErrorCodes.map((code) => {
    const concealed = code === "owner_mismatch" && concealOwnerMismatch;
    return [code, concealed ? notFound : refuse(authProblem(code), authHeaders(code, realm))] as const;
  });
  return Object.freeze(Object.fromEntries(entries) as Record<AuthErrorCode, Refusal>);
}

/** Puts an answer together, once. */
export function refuse(problem: Problem, headers: Record<string, string>): Refusal {
  return Object.freeze({
    status: problem.status,
    headers: Object.freeze({ "content-type": problemContentType, "cache-control": "no-store", ...headers }),
    body: JSON.stringify(problem),
  });
}

/** RFC 6750 section 3: a challenge on each 401 and 403, and on the 400 that section 3.1 gives one to. */
function authHeaders(code: AuthErrorCode, realm: string): Record<string, string> {
  const { status, challenge } = answers[code];
  if (status === 503) return { "retry-after": retryAfter };
  const error = challenge === undefined ? "" : `, error="${challenge}", error_description="${sentence(code)}"`;
  return { "www-authenticate": `Bearer realm="${realm}"${error}` };
}

function authProblem(code: AuthErrorCode): Problem {
  return problem(answers[code].status, code, sentence(code));
}

function sentence(code: AuthErrorCode): string {
  return new AuthError(code).message;
}

/** The codes and sentences for a framework's own errors, which are not about authentication. */
const httpErrors: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ["bad_request", "The request cannot be understood."],
  404: ["not_found", "There is nothing here."],
  405: ["method_not_allowed", "This endpoint does not take that method."],
  406: ["not_acceptable", "There is no representation that the request accepts."],
  408: ["request_timeout", "The request took too long to arrive."],
  409: ["conflict", "The request conflicts with the resource's state."],
  413: ["payload_too_large", "The request's body is too large."],
  414: ["uri_too_long", "The request's address is too long."],
  415: ["unsupported_media_type", "The request's body is of a type that is not supported."],
  422: ["unprocessable_content", "The request's body cannot be processed."],
  429: ["too_many_requests", "Too many requests."],
  431: ["headers_too_large", "The request's headers are too large."],
  500: ["internal_error", "Something went wrong on our side."],
  503: ["service_unavailable", "The service cannot answer at the moment."],
};

/**
 * The problem body for an error that is not about authentication, so that all errors of an API have one form.
 *
 * @param status The HTTP status, 400 to 599. One that is not listed here gets the code `http_error`.
 * @param detail A sentence for the client; by default a fixed one. Put nothing of the request or of internals in it.
 */
export function httpProblem(status: number, detail?: string): Problem {
  const [code, sentence] = httpErrors[status] ?? ["http_error", "The request failed."];
  return problem(status, code, detail ?? sentence);
}

/** The answer to a path that does not exist, where no framework has one of its own. */
export const notFound: Refusal = refuse(httpProblem(404), {});

function problem(status: number, code: string, detail: string): Problem {
  const words = code.replaceAll("_", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { type: `urn:usher-auth:error:${code}`, title, status, code, detail };
}
