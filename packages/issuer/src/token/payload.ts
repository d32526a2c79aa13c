import { randomUUID } from "node:crypto";
import type { JWTPayload } from "better-auth";
import { IssuerError } from "../errors.ts";
import { plainClaims } from "./plain-claims.ts";

/**
 * A payload for `auth.api.signJWT`, which server code can call to issue a token without a session.
 *
 * @example
 * ```ts
 * import { usherJwt, type ApiTokenPayload } from "@usher-auth/issuer";
 * import { betterAuth } from "better-auth";
 *
 * const auth = betterAuth({ plugins: [usherJwt({ audience: "https://api.example.com" })] });
 *
 * export async function tokenForJob(userId: string) {
 *   const payload: ApiTokenPayload = { sub: userId, job: "nightly-export" };
 *   const { token } = await auth.api.signJWT({ body: { payload } });
 *   return token;
 * }
 * ```
 */
export interface ApiTokenPayload {
  /** The user's id. Required. */
  readonly sub: string;
  /** The session's id, when the token belongs to a session. */
  readonly sid?: string;
  /**
   * NumericDate, in whole seconds. At most `expiresIn` after `iat`, which is also the default.
   */
  readonly exp?: number;
  /** Any other claim. `iss` and `aud` must be the plugin's values when they are set. */
  readonly [claim: string]: unknown;
}

/** The claims that all tokens of one Better Auth instance share. */
export interface TokenPolicy {
  readonly issuer: string;
  readonly audience: string | string[];
  /** Seconds. */
  readonly lifetime: number;
}

/**
 * Completes and checks a payload before it is signed, whether it comes from `/token`, the `set-auth-jwt`
 * header, `auth.api.signJWT` or another plugin. Every token has a subject, this issuer, this audience, a
 * unique id and a lifetime of at most `expiresIn`.
 *
 * @param now - NumericDate with milliseconds: tells whether a token is older than a sign-out in the same
 *   second
 * @throws {IssuerError} when a claim breaks one of these rules. No claim is corrected silently
 */
export function completePayload(
  payload: JWTPayload,
  policy: TokenPolicy,
  now: number,
): Record<string, unknown> {
  const plain: JWTPayload = plainClaims(payload, "a payload must be an object of claims");
  const { sub, sid, jti = randomUUID(), iat = now, iss, aud, nbf, ...rest } = plain;
  const { exp = Math.floor(iat + policy.lifetime), ...others } = rest;
  requireText("sub", sub);
  requireText("jti", jti);
  if (sid !== undefined) requireText("sid", sid);
  if (iss !== undefined && iss !== policy.issuer) throw invalidClaim("iss", "be the plugin's own issuer");
  if (aud !== undefined && !sameAudience(aud, policy.audience))
    throw invalidClaim("aud", "be the plugin's own audience");
  if (!Number.isFinite(iat) || iat > now || iat <= now - policy.lifetime) {
    throw invalidClaim(
      "iat",
      `be a number of seconds, within the last ${policy.lifetime} (expiresIn) and not in the future`,
    );
  }
  if (!Number.isInteger(exp) || exp <= now || exp > iat + policy.lifetime) {
    throw invalidClaim(
      "exp",
      `be at most ${policy.lifetime} seconds (expiresIn) after \`iat\`, in whole seconds`,
    );
  }
  if (nbf !== undefined && !Number.isInteger(nbf)) throw invalidClaim("nbf", "be a whole number of seconds");
  // JSON.stringify omits undefined members.
  return { sub, sid, jti, iat, exp, nbf, iss: policy.issuer, aud: policy.audience, ...others };
}

function requireText(claim: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw invalidClaim(claim, "be a non-empty string");
}

function sameAudience(one: unknown, other: string | string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function invalidClaim(claim: string, rule: string): IssuerError {
  return new IssuerError(`usherJwt: "${claim}" must ${rule}.`);
}
