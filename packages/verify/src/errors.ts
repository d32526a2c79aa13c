/**
 * The closed list of reasons to reject a request. Switch on `error.code`; never compare messages.
 *
 * The sentence of each code is all that a client reads. It reveals neither this API's settings nor the
 * request's content (RFC 6750 section 3, RFC 9457 section 5).
 */
const sentences = {
  credentials_missing: "This endpoint needs a bearer token in the Authorization header.",
  credentials_ambiguous: "The request carries more than one set of credentials.",
  token_too_large: "The token is longer than this API accepts.",
  token_malformed: "The token is not a well-formed JWT.",
  token_unsupported: "The token is of a kind that this API does not accept.",
  algorithm_rejected: "The token is signed with an algorithm that this API does not accept.",
  key_unknown: "The token is signed with a key that this API does not know.",
  signature_invalid: "The token's signature does not match.",
  claims_invalid: "A required claim is missing or has the wrong type.",
  issuer_rejected: "The token comes from an issuer that this API does not trust.",
  audience_rejected: "The token is meant for another audience.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  token_revoked: "The token has been revoked.",
  owner_mismatch: "This resource belongs to another user.",
  scope_insufficient: "The token does not grant the scope that this endpoint needs.",
  impersonation_forbidden: "This endpoint cannot be used while acting as another user.",
  reauthentication_required: "This endpoint needs a more recent sign-in.",
  keys_unavailable: "The verification keys are not available at the moment.",
  revocations_unavailable: "The revocations are not available at the moment.",
} as const;

/** One code of the closed list. */
export type AuthErrorCode = keyof typeof sentences;

/** Every code, in the order of the checks. */
export const authErrorCodes: readonly AuthErrorCode[] = Object.freeze(
  Object.keys(sentences) as AuthErrorCode[],
);

/**
 * Options of {@link AuthError}.
 *
 * @example
 * ```ts
 * import { AuthError } from "@usher-auth/verify";
 *
 * throw new AuthError("keys_unavailable", { hint: "the vault is sealed", cause: new Error("503") });
 * ```
 */
export interface AuthErrorOptions {
  /**
   * For the operator: the likely cause and what to do. May name settings; never contains a token or a secret.
   */
  readonly hint?: string | undefined;
  /** The underlying failure, such as a network error. */
  readonly cause?: unknown;
  /** For `scope_insufficient`: the scopes that are needed. The client gets them (RFC 6750 section 3). */
  readonly scopes?: readonly string[] | undefined;
  /**
   * For `reauthentication_required`: how old a sign-in may be, in seconds. The client gets it (RFC 9470
   * section 3).
   */
  readonly maxAge?: number | undefined;
}

/**
 * Marks the errors of this package. The symbols are registered, so that two copies of the package in one
 * process (a linked package, two versions, a bundle) recognize each other's errors. Their classes differ.
 */
const authMark: symbol = Symbol.for("usher-auth.AuthError");
const configurationMark: symbol = Symbol.for("usher-auth.ConfigurationError");

/**
 * A rejected request.
 *
 * `message` is a fixed sentence and safe to show to a client. `hint` is for logs only: it may contain
 * expected and actual issuers. Neither contains a token or a secret.
 *
 * It has no stack trace: it is a result, not a bug, and a stack trace would cost more than the verification.
 * `instanceof AuthError` is true for errors of every copy of this package in the process.
 *
 * @example
 * ```ts
 * import { AuthError, verifierFromEnv } from "@usher-auth/verify";
 *
 * try {
 *   await verifierFromEnv().verify("not.a.token");
 * } catch (error) {
 *   if (error instanceof AuthError) console.warn(error.code, error.hint);
 * }
 * ```
 */
export class AuthError extends Error {
  static {
    recognise(AuthError, authMark);
  }
  override readonly name = "AuthError";
  /** The reason: a code of the closed list. */
  readonly code: AuthErrorCode;
  /** For the operator's log. Never send it to a client. */
  readonly hint: string | undefined;
  /** For `scope_insufficient`: the scopes that are needed, if they are known. */
  readonly scopes: readonly string[] | undefined;
  /** For `reauthentication_required`: how old a sign-in may be, in seconds. */
  readonly maxAge: number | undefined;

  constructor(code: AuthErrorCode, options: AuthErrorOptions = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(sentences[code], options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.hint = options.hint;
    this.scopes = options.scopes;
    this.maxAge = options.maxAge;
  }
}

/**
 * Whether a value is an {@link AuthError}, of this or another copy of the package. An error of another
 * version may have a code that this version does not know. Never throws.
 *
 * @example
 * ```ts
 * import { isAuthError } from "@usher-auth/verify";
 *
 * export function statusOf(error: unknown): number {
 *   if (!isAuthError(error)) return 500;
 *   return error.code.endsWith("_unavailable") ? 503 : 401;
 * }
 * ```
 */
export function isAuthError(value: unknown): value is AuthError {
  return hasMark(value, authMark);
}

/**
 * An invalid option or environment variable. Thrown at construction, never while a request is served. The
 * message says what to do.
 *
 * @example
 * ```ts
 * import { ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
 *
 * try {
 *   verifierFromEnv({});
 * } catch (error) {
 *   if (error instanceof ConfigurationError) console.error(error.message); // "BETTER_AUTH_URL is not set. …"
 * }
 * ```
 */
export class ConfigurationError extends TypeError {
  static {
    recognise(ConfigurationError, configurationMark);
  }
  override readonly name = "ConfigurationError";
}

/** Marks the errors of a class, and lets `instanceof` use the mark. */
function recognise(type: typeof AuthError | typeof ConfigurationError, mark: symbol): void {
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A subclass inherits this method, and uses its prototype like any class.
      return this === type ? hasMark(value, mark) : Function.prototype[Symbol.hasInstance].call(this, value);
    },
  });
}

function hasMark(value: unknown, mark: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[mark] === true;
  } catch {
    // Anything can be thrown, even a proxy whose traps throw.
    return false;
  }
}
