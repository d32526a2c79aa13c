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
 * What a verified logout token says: that a session has ended, or all of a user's. At least one of the two is
 * there.
 */
export interface LogoutToken {
  /** The `jti` claim. */
  readonly id: string;
  /** The session that has ended: the `sid` claim. Without it, every session of the subject has. */
  readonly sessionId?: string;
  /** The user's id: the `sub` claim. */
  readonly subject?: string;
  /** When it happened, in seconds since 1970: `toe` (RFC 8417 section 2.2) where there is one, else `iat`. */
  readonly endedAt: number;
}

const event = "http://schemas.openid.net/event/backchannel-logout";
/** Seconds after `iat` for which a logout token is taken: the two minutes that section 2.4 recommends. */
export const longestLogoutTokenAge = 120;
/** Characters. It bounds what remembering it costs. */
const longestId = 255;

/**
 * Holds the claims of a logout token whose signature was verified against OpenID Connect Back-Channel Logout
 * 1.0 section 2.6. Does not check whether its `jti` was seen before.
 *
 * @param now Seconds since 1970.
 * @param issuers Whose tokens the key vouches for that has signed this one.
 * @throws {AuthError} `claims_invalid`, `issuer_rejected`, `audience_rejected`, `token_expired`,
 *   `token_not_yet_valid`.
 */
export function readLogoutToken(
  claims: JsonObject,
  policy: ClaimsPolicy,
  now: number,
  issuers: readonly string[],
): LogoutToken {
  const { iss, aud, iat, exp, jti, sid, sub, toe } = claims;
  if (!isNonEmptyString(iss)) throw invalid("iss", "a non-empty string");
  if (!isAudience(aud)) throw invalid("aud", "a string or a list of strings");
  if (!isNumericDate(iat)) throw invalid("iat", "a finite number");
  if (exp !== undefined && !isNumericDate(exp)) throw invalid("exp", "a finite number");
  // From 1970 on, as revocations count: a token whose instant cannot be recorded would be sent again for
  // ever.
  if (toe !== undefined && !(isNumericDate(toe) && toe >= 0))
    throw invalid("toe", "a finite number, 0 or more");
  if (!isNonEmptyString(jti) || jti.length > longestId)
    throw invalid("jti", `a string of 1 to ${longestId} characters`);
  if (sid !== undefined && !isNonEmptyString(sid)) throw invalid("sid", "a non-empty string");
  if (sub !== undefined && !isNonEmptyString(sub)) throw invalid("sub", "a non-empty string");
  if (sid === undefined && sub === undefined) throw invalid("sid", "there, or `sub`");
  checkEvents(claims.events);
  // Section 2.4: it keeps a logout token from passing for an ID token.
  if (Object.hasOwn(claims, "nonce"))
    throw new AuthError("claims_invalid", { hint: "a logout token has no `nonce`" });

  checkIssuer(iss, policy.issuers, issuers);
  if (policy.audiences !== null) checkAudience(aud, policy.audiences);
  checkLogoutTimes({ iat, exp, toe }, policy.clockTolerance, now);
  return Object.freeze({
    id: jti,
    ...(sid !== undefined && { sessionId: sid }),
    ...(sub !== undefined && { subject: sub }),
    endedAt: toe ?? iat,
  });
}

/** What a logout token revokes: the session where it names one, or else all that the user had until then. */
export function revocationOf({ sessionId, subject, endedAt }: LogoutToken): Revocation {
  return sessionId === undefined
    ? { kind: "user", id: subject as string, before: endedAt }
    : { kind: "session", id: sessionId, before: endedAt };
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
      hint: `issued ${Math.floor(now - iat)} s ago; a logout token is good for ${longestLogoutTokenAge} s: sign it anew for each delivery`,
    });
  }
  if (toe !== undefined && toe > iat + tolerance) {
    throw new AuthError("claims_invalid", {
      hint: "`toe` is after `iat`: nothing is told of before it happens",
    });
  }
}
