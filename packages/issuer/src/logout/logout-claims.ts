import { randomUUID } from "node:crypto";
import type { TokenPolicy } from "../token/payload.ts";

/** What ended: one session of a user, or all of the user's sessions when `session` is not set. */
export interface Logout {
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
 * The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). Created again for every
 * attempt: a backend accepts each `jti` once, so a retry needs a new one.
 *
 * @param happenedAt - NumericDate: when the session ended. The claim `toe` (RFC 8417 section 2.2), the same
 *   in every attempt
 * @param now - NumericDate
 */
export function logoutClaims(
  { subject, session }: Logout,
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
