import { AuthError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { isNonEmptyString } from "../option-values.ts";
import { type JsonObject, parseJson } from "../token/json.ts";
import type { UnverifiedToken } from "../token/parse.ts";
import type { TokenClaims } from "./principal.ts";

/** What a token's claims are compared with. Validated when the verifier is created. */
export interface ClaimsPolicy {
  /** Accepted issuers, compared exactly (RFC 7519 section 4.1.1). */
  readonly issuers: readonly string[];
  /** Accepted audiences. The token needs one of them. `null` accepts any audience, and none. */
  readonly audiences: readonly string[] | null;
  /** Whether a token that names another audience too is rejected. */
  readonly isExact: boolean;
  /** In seconds. */
  readonly clockTolerance: number;
  /** In seconds since `iat`; undefined: no limit. */
  readonly maxTokenAge: number | undefined;
}

/**
 * Parses the payload of a token whose signature is verified.
 *
 * @throws {AuthError} `claims_invalid`.
 */
export function readClaimsObject({ payload }: Pick<UnverifiedToken, "payload">): JsonObject {
  const claims = parseJson(payload);
  if (claims === undefined) {
    throw new AuthError("claims_invalid", { hint: "the payload is not a JSON object in UTF-8" });
  }
  return claims;
}

/**
 * Checks verified claims: first the types, then issuer, audience and time. The order is fixed:
 * `token_expired` means that nothing else is wrong, and a client needs only a new token.
 *
 * @param now Seconds since 1970.
 * @param issuers The issuers that the signing key vouches for; undefined: every accepted one.
 * @throws {AuthError} `token_unsupported`, `claims_invalid`, `issuer_rejected`, `audience_rejected`,
 *   `token_expired`, `token_not_yet_valid`.
 */
export function checkClaims(
  claims: JsonObject,
  policy: ClaimsPolicy,
  now: number,
  issuers: readonly string[] | undefined,
): asserts claims is JsonObject & TokenClaims {
  checkForms(claims, policy);
  checkValues(claims, policy, now, issuers);
}

/** Issuer, audience and time, after {@link checkForms}. Parameters and errors are those of {@link checkClaims}. */
export function checkValues(
  claims: WellFormedClaims,
  policy: ClaimsPolicy,
  now: number,
  issuers: readonly string[] | undefined,
): void {
  checkIssuer(claims.iss, policy.issuers, issuers);
  checkAudience(claims.aud, policy);
  checkTimes(claims, policy, now);
}

interface WellFormedClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[] | undefined;
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly iat: number | undefined;
}

/**
 * Whether it is a bearer token for an API at all, and the types of the claims.
 *
 * @throws {AuthError} `token_unsupported`, `claims_invalid`.
 */
export function checkForms(
  claims: JsonObject,
  policy: ClaimsPolicy,
): asserts claims is JsonObject & WellFormedClaims {
  // OpenID Connect Core 1.0 section 2: an ID token is for its client. It may be signed by the same key, for
  // the same user, and without a `typ`.
  if (claims.at_hash !== undefined) throw unsupported("an ID token (`at_hash`): send the access token");
  // RFC 7800: who sends the token must prove that it has a key (RFC 9449 section 7.2, RFC 8705 section 3).
  // Providers issue such tokens with any `typ`. Without this check, anyone who gets one could use it, without
  // a key.
  if (claims.cnf !== undefined) {
    throw unsupported("bound to its sender's key (`cnf`: DPoP or mTLS), not a bearer token");
  }
  if (!isNonEmptyString(claims.sub)) {
    throw invalid(
      "sub",
      "a non-empty string",
      claims.sub === undefined ? " (the issuer's other JWTs have none: e-mail links, cookie caches)" : "",
    );
  }
  if (!isNonEmptyString(claims.iss)) throw invalid("iss", "a non-empty string");
  if (!isAudience(claims.aud) && !(claims.aud === undefined && policy.audiences === null)) {
    throw invalid("aud", "a string or a list of strings");
  }
  if (!isNumericDate(claims.exp)) throw invalid("exp", "a finite number");
  if (claims.nbf !== undefined && !isNumericDate(claims.nbf)) throw invalid("nbf", "a finite number");
  if (!isNumericDate(claims.iat) && !(claims.iat === undefined && policy.maxTokenAge === undefined)) {
    throw invalid("iat", "a finite number");
  }
  if (!isOptionalString(claims.sid)) {
    const signedOut = " (null: an OAuth client got the token after its user had signed out)";
    throw invalid("sid", "a non-empty string", claims.sid === null ? signedOut : "");
  }
  if (!isOptionalString(claims.jti)) throw invalid("jti", "a non-empty string");
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || isNonEmptyString(value);
}

export function isAudience(value: unknown): value is string | string[] {
  return Array.isArray(value) ? value.length > 0 && value.every(isNonEmptyString) : isNonEmptyString(value);
}

/**
 * RFC 7519 section 2, NumericDate: a number, which may have a fraction. `1e999` parses as Infinity and is
 * rejected.
 */
export function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value);
}

/**
 * @param accepted The issuers of this kind of token.
 * @param vouched The ones that the signing key vouches for (RFC 8725 section 3.8); undefined: all.
 */
export function checkIssuer(
  issuer: string,
  accepted: readonly string[],
  vouched: readonly string[] | undefined,
): void {
  if (accepted.includes(issuer)) {
    if (vouched === undefined || vouched.includes(issuer)) return;
    throw new AuthError("issuer_rejected", {
      hint: `iss is ${quote(issuer)}, but the signing key belongs to ${vouched.map(quote).join(" and ")}`,
    });
  }
  const slash = accepted.some((one) => withoutSlash(one) === withoutSlash(issuer));
  throw new AuthError("issuer_rejected", {
    hint: `iss is ${quote(issuer)}, expected ${accepted.map(quote).join(" or ")}${slash ? ": only the trailing slash differs" : ""}`,
  });
}

/** @param audience Validated by {@link isAudience}; undefined only if every audience is accepted. */
export function checkAudience(
  audience: string | readonly string[] | undefined,
  { audiences, isExact }: Pick<ClaimsPolicy, "audiences" | "isExact">,
): void {
  if (audiences === null) return;
  const actual = typeof audience === "string" ? [audience] : (audience ?? []);
  const isAccepted = (one: string) => audiences.includes(one);
  if (isExact ? actual.every(isAccepted) : actual.some(isAccepted)) return;
  throw new AuthError("audience_rejected", {
    hint: `aud is ${actual.map(quote).join(", ")}, expected ${isExact ? "only " : ""}${audiences.map(quote).join(" or ")}`,
  });
}

/**
 * The time span in which a token with valid claims is accepted, in seconds since 1970. The start is included,
 * the end is not. For cached tokens.
 */
export function lifeOf(
  claims: TokenClaims,
  policy: ClaimsPolicy,
): { readonly from: number; readonly until: number } {
  const { exp, iat, nbf } = claims;
  const { clockTolerance, maxTokenAge } = policy;
  const begin = Math.max(iat ?? Number.NEGATIVE_INFINITY, nbf ?? Number.NEGATIVE_INFINITY);
  const end = maxTokenAge === undefined || iat === undefined ? exp : Math.min(exp, iat + maxTokenAge);
  return { from: begin - clockTolerance, until: end + clockTolerance };
}

/** A clock that returns NaN fails each comparison. */
function checkTimes(claims: WellFormedClaims, policy: ClaimsPolicy, now: number): void {
  const { clockTolerance, maxTokenAge } = policy;
  if (!(now < claims.exp + clockTolerance)) {
    throw new AuthError("token_expired", { hint: `expired ${Math.floor(now - claims.exp)} s ago` });
  }
  checkStart("nbf", claims.nbf, now, clockTolerance);
  checkStart("iat", claims.iat, now, clockTolerance);
  if (
    maxTokenAge !== undefined &&
    claims.iat !== undefined &&
    !(now < claims.iat + maxTokenAge + clockTolerance)
  ) {
    throw new AuthError("token_expired", {
      hint: `issued ${Math.floor(now - claims.iat)} s ago; maxTokenAge is ${maxTokenAge} s`,
    });
  }
}

function checkStart(name: string, start: number | undefined, now: number, clockTolerance: number): void {
  if (start === undefined || now >= start - clockTolerance) return;
  throw new AuthError("token_not_yet_valid", {
    hint: `${name} is ${Math.ceil(start - now)} s ahead of this machine's clock: compare it with the issuer's`,
  });
}

function unsupported(kind: string): AuthError {
  return new AuthError("token_unsupported", { hint: `this is ${kind}` });
}

export function invalid(claim: string, form: string, more = ""): AuthError {
  return new AuthError("claims_invalid", { hint: `\`${claim}\` must be ${form}${more}` });
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
