import { randomUUID } from "node:crypto";
import type { TokenPolicy } from "../token/payload.ts";

/** What ended: one session of a user, or all of them when no session is named. */
export interface Ended {
  /** The user's id: the `sub` of the tokens. */
  readonly subject: string;
  /** The session's id: the `sid` of the tokens. */
  readonly session?: string;
}

/** Back-Channel Logout 1.0 section 2.4. */
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/** Seconds. Section 2.4 recommends at most two minutes. */
const lifetime = 120;

/**
 * The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4), made anew for every
 * attempt: a backend takes each `jti` once, so an attempt whose answer was lost can be repeated.
 *
 * @param happenedAt - NumericDate: when the session ended. It is `toe` (RFC 8417 section 2.2), the same at
 *   each attempt
 * @param now - NumericDate
 */
export function logoutClaims(
  { subject, session }: Ended,
  happenedAt: number,
  { issuer, audience }: TokenPolicy,
  now: number,
): Record<string, unknown> {
  return {
    iss: issuer,
    aud: audience,
    iat: now,
    exp: now + lifetime,
    jti: randomUUID(),
    events: { [logoutEvent]: {} },
    toe: happenedAt,
    sub: subject,
    ...(session !== undefined && { sid: session }),
  };
}
