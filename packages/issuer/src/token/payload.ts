import { randomUUID } from "node:crypto";
import type { JWTPayload } from "better-auth";
import { IssuerError } from "../errors.ts";
import { plainClaims } from "./plain-claims.ts";

/** A payload that server code may have signed with `auth.api.signJWT`. */
export interface ApiTokenPayload {
  /** The user's id. The one claim that has no default. */
  readonly sub: string;
  /** The session's id, where the token belongs to one. */
  readonly sid?: string;
  /**
   * NumericDate, in whole seconds; not past the plugin's `expiresIn` from `iat`, which is also the default.
   */
  readonly exp?: number;
  /** Any other claim. `iss` and `aud` are the plugin's: another value for them is refused. */
  readonly [claim: string]: unknown;
}

/** What every token of one Better Auth instance has in common. */
export interface TokenPolicy {
  readonly issuer: string;
  readonly audience: string | string[];
  /** Seconds. */
  readonly lifetime: number;
}

/**
 * The payload as it will be signed, held to what an API may count on whichever way it came here (`/token`,
 * the `set-auth-jwt` header, `auth.api.signJWT`, another plugin): a subject, this issuer, this audience, an
 * id of its own, and a life no longer than `expiresIn`.
 *
 * @param now - NumericDate, to the millisecond: a token of the same second as a sign-out is told from it by
 *   the fraction
 * @throws {IssuerError} when a claim breaks one of these. Nothing is put right in silence
 */
export function sealPayload(payload: JWTPayload, policy: TokenPolicy, now: number): Record<string, unknown> {
  const plain: JWTPayload = plainClaims(payload, "a payload must be an object of claims");
  const { sub, sid, jti = randomUUID(), iat = now, iss, aud, nbf, ...rest } = plain;
  const { exp = Math.floor(iat + policy.lifetime), ...others } = rest;
  requireText("sub", sub);
  requireText("jti", jti);
  if (sid !== undefined) requireText("sid", sid);
  if (iss !== undefined && iss !== policy.issuer) throw broken("iss", "be the plugin's own issuer");
  if (aud !== undefined && !sameAudience(aud, policy.audience))
    throw broken("aud", "be the plugin's own audience");
  if (!Number.isFinite(iat) || iat > now || iat <= now - policy.lifetime) {
    throw broken(
      "iat",
      `be a number of seconds, within the last ${policy.lifetime} (expiresIn) and not in the future`,
    );
  }
  if (!Number.isInteger(exp) || exp <= now || exp > iat + policy.lifetime) {
    throw broken("exp", `be at most ${policy.lifetime} seconds (expiresIn) from \`iat\`, in whole seconds`);
  }
  if (nbf !== undefined && !Number.isInteger(nbf)) throw broken("nbf", "be a whole number of seconds");
  // Members that are undefined are left out by JSON.stringify.
  return { sub, sid, jti, iat, exp, nbf, iss: policy.issuer, aud: policy.audience, ...others };
}

function requireText(claim: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw broken(claim, "be a non-empty text");
}

function sameAudience(one: unknown, other: string | string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function broken(claim: string, rule: string): IssuerError {
  return new IssuerError(`usherJwt: "${claim}" must ${rule}.`);
}
