import {
  type ClaimsPolicy,
  checkAudience,
  checkIssuer,
  invalid,
  isAudience,
  isNumericDate,
} from "../claims/claims.ts";
import { AuthError } from "../errors.ts";
import { isNonEmptyString } from "../option-values.ts";
import type { Revocation } from "../revocation/store.ts";
import type { JsonObject } from "../token/json.ts";

/**
 * A verified logout token: a session, or all sessions of a user, ended. At least one of the two is present.
 */
export interface LogoutToken {
  /** The `jti` claim. */
  readonly id: string;
  /** The `iss` claim: which of the accepted issuers reported the logout. */
  readonly issuer: string;
  /** The session that ended: the `sid` claim. Without it, every session of the subject ended. */
  readonly sessionId?: string;
  /** The user's id: the `sub` claim. */
  readonly subject?: string;
  /** When it ended, in seconds since 1970: `toe` (RFC 8417 section 2.2) if present, otherwise `iat`. */
  readonly endedAt: number;
}

const event = "http://schemas.openid.net/event/backchannel-logout";
/** Seconds after `iat` in which a logout token is accepted: the two minutes that section 2.4 recommends. */
export const longestLogoutTokenAge = 120;
/** Characters. It bounds the memory of each remembered id. */
const longestId = 255;

/**
 * Checks the claims of a logout token whose signature is verified (OpenID Connect Back-Channel Logout 1.0
 * section 2.6). Does not check whether its `jti` was used before.
 *
 * @param now Seconds since 1970.
 * @param issuers The issuers that the signing key vouches for; undefined: every accepted one.
 * @throws {AuthError} `claims_invalid`, `issuer_rejected`, `audience_rejected`, `token_expired`,
 *   `token_not_yet_valid`.
 */
export function readLogoutToken(
  claims: JsonObject,
  policy: ClaimsPolicy,
  now: number,
  issuers: readonly string[] | undefined,
): LogoutToken {
  const { iss, aud, iat, exp, jti, sid, sub, toe } = claims;
  if (!isNonEmptyString(iss)) throw invalid("iss", "a non-empty string");
  if (!isAudience(aud)) throw invalid("aud", "a string or a list of strings");
  if (!isNumericDate(iat)) throw invalid("iat", "a finite number");
  if (exp !== undefined && !isNumericDate(exp)) throw invalid("exp", "a finite number");
  // Not before 1970, like revocations: a token whose time cannot be recorded would be sent again and again.
  if (toe !== undefined && !(isNumericDate(toe) && toe >= 0))
    throw invalid("toe", "a finite number, 0 or more");
  if (!isNonEmptyString(jti) || jti.length > longestId)
    throw invalid("jti", `a string of 1 to ${longestId} characters`);
  if (sid !== undefined && !isNonEmptyString(sid)) throw invalid("sid", "a non-empty string");
  if (sub !== undefined && !isNonEmptyString(sub)) throw invalid("sub", "a non-empty string");
  if (sid === undefined && sub === undefined) throw invalid("sid", "there, or `sub`");
  checkEvents(claims.events);
  // Section 2.4: a logout token must not be accepted as an ID token.
  if (Object.hasOwn(claims, "nonce"))
    throw new AuthError("claims_invalid", { hint: "a logout token has no `nonce`" });

  checkIssuer(iss, policy.issuers, issuers);
  checkAudience(aud, policy);
  checkLogoutTimes({ iat, exp, toe }, policy.clockTolerance, now);
  return Object.freeze({
    id: jti,
    issuer: iss,
    ...(sid !== undefined && { sessionId: sid }),
    ...(sub !== undefined && { subject: sub }),
    endedAt: toe ?? iat,
  });
}

/**
 * The revocation of a logout token: its session if it names one, otherwise everything of the user until then.
 * It was made by the issuer.
 */
export function revocationOf({ sessionId, subject, endedAt, issuer }: LogoutToken): Revocation {
  return sessionId === undefined
    ? { kind: "user", id: subject as string, before: endedAt, by: issuer }
    : { kind: "session", id: sessionId, before: endedAt, by: issuer };
}

function checkEvents(events: unknown): void {
  const member: unknown =
    typeof events === "object" && events !== null && Object.hasOwn(events, event)
      ? (events as JsonObject)[event]
      : undefined;
  if (typeof member !== "object" || member === null || Array.isArray(member)) {
    throw invalid("events", `an object with the member "${event}", an object too`);
  }
}

function checkLogoutTimes(
  { iat, exp, toe }: { iat: number; exp: number | undefined; toe: number | undefined },
  tolerance: number,
  now: number,
): void {
  if (exp !== undefined && exp <= now - tolerance) {
    throw new AuthError("token_expired", { hint: `expired ${Math.floor(now - exp)} s ago` });
  }
  if (iat > now + tolerance) {
    throw new AuthError("token_not_yet_valid", {
      hint: `iat is ${Math.ceil(iat - now)} s ahead of this machine's clock: compare it with the issuer's`,
    });
  }
  if (iat + longestLogoutTokenAge <= now - tolerance) {
    throw new AuthError("token_expired", {
      hint: `issued ${Math.floor(now - iat)} s ago; a logout token is valid for ${longestLogoutTokenAge} s: sign a new one for each delivery`,
    });
  }
  if (toe !== undefined && toe > iat + tolerance) {
    throw new AuthError("claims_invalid", {
      hint: "`toe` is after `iat`: a logout cannot be reported before it happens",
    });
  }
}
