/**
 * The closed list of reasons to refuse a request. Switch on `error.code`; never match on a message.
 *
 * The static sentence beside each code is all that a client ever reads of the reason. It says nothing of this
 * API's settings and nothing of what was sent (RFC 6750 section 3, RFC 9457 section 5).
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
  claims_invalid: "A claim that this API needs is missing or of the wrong form.",
  issuer_rejected: "The token comes from an issuer that this API does not trust.",
  audience_rejected: "The token is meant for another audience.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  token_revoked: "The token has been revoked.",
  owner_mismatch: "This resource belongs to another user.",
  scope_insufficient: "The token does not grant the scope that this endpoint needs.",
  keys_unavailable: "The verification keys are not available at the moment.",
  revocations_unavailable: "The revocations are not available at the moment.",
} as const;

/** One reason out of the closed list. */
export type AuthErrorCode = keyof typeof sentences;

/** Every code, in the order in which a request could meet them. */
export const authErrorCodes: readonly AuthErrorCode[] = Object.freeze(
  Object.keys(sentences) as AuthErrorCode[],
);

/**
 * What an {@link AuthError} may carry beside its code.
 *
 * @example
 * ```ts
 * import { AuthError } from "@usher-auth/verify";
 *
 * throw new AuthError("token_revoked", { hint: "the account is suspended" });
 * ```
 */
export interface AuthErrorOptions {
  /** For the operator: the likely cause and what to do. May name settings; never a token or a secret. */
  readonly hint?: string;
  /** The failure underneath, where there is one (a network error, say). */
  readonly cause?: unknown;
}

/**
 * What marks the errors of this package. Registered, so that a process with two copies of the package (a
 * linked one, two versions, a bundle) knows the errors of either: their classes are different ones.
 */
const authMark: symbol = Symbol.for("usher-auth.AuthError");
const configurationMark: symbol = Symbol.for("usher-auth.ConfigurationError");

/**
 * Why a request was refused.
 *
 * `message` is a fixed sentence and safe to show to anybody. `hint` is for logs alone: it may hold expected
 * and actual issuers, for example. Neither ever holds a token or a secret.
 *
 * It has no stack trace: it is a verdict on a request and no fault of the code, and walking the stack would
 * cost more than all that led to it. `instanceof AuthError` is true for the errors of every copy of this
 * package in the process.
 *
 * @example
 * ```ts
 * import { AuthError, verifierFromEnv } from "@usher-auth/verify";
 *
 * export async function userOf(token: string): Promise<string | undefined> {
 *   try {
 *     return (await verifierFromEnv().verify(token)).id;
 *   } catch (error) {
 *     if (error instanceof AuthError && error.code === "token_expired") return undefined;
 *     throw error;
 *   }
 * }
 * ```
 */
export class AuthError extends Error {
  static {
    recognise(AuthError, authMark);
  }
  override readonly name = "AuthError";
  /** The reason, out of the closed list. */
  readonly code: AuthErrorCode;
  /** For the operator's log, never for the client. */
  readonly hint: string | undefined;

  constructor(code: AuthErrorCode, options: AuthErrorOptions = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(sentences[code], options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.hint = options.hint;
  }
}

/**
 * Whether this is an {@link AuthError}, of this copy of the package or another one. Of another version's,
 * `code` may be one that this version does not know. Never throws, whatever the value is.
 *
 * @example
 * ```ts
 * import { isAuthError } from "@usher-auth/verify";
 *
 * export function logFailure(error: unknown): void {
 *   if (isAuthError(error)) console.warn(error.code, error.hint);
 *   else console.error(error);
 * }
 * ```
 */
export function isAuthError(value: unknown): value is AuthError {
  return hasMark(value, authMark);
}

/**
 * An option or an environment variable that cannot be right. Thrown when something is constructed, never
 * while a request is served. The message says what to do.
 *
 * @example
 * ```ts
 * import { ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
 *
 * try {
 *   verifierFromEnv({});
 * } catch (error) {
 *   if (error instanceof ConfigurationError) console.error(error.message); // names each missing variable
 * }
 * ```
 */
export class ConfigurationError extends TypeError {
  static {
    recognise(ConfigurationError, configurationMark);
  }
  override readonly name = "ConfigurationError";
}

/** Marks a class's errors, and makes `instanceof` go by the mark. */
function recognise(type: typeof AuthError | typeof ConfigurationError, mark: symbol): void {
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A class that extends it inherits this, and goes by its prototype as any class does.
      return this === type ? hasMark(value, mark) : Function.prototype[Symbol.hasInstance].call(this, value);
    },
  });
}

function hasMark(value: unknown, mark: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[mark] === true;
  } catch {
    // Anything can be thrown, a proxy that throws by itself too.
    return false;
  }
}
