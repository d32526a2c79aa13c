import { randomUUID } from "node:crypto";
import type { TestIssuer } from "@usher-auth/testing";

/**
 * A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4) for one session, or for all of a
 * user's.
 */
export function logoutToken(
  issuer: TestIssuer,
  ended: { readonly sid?: string; readonly sub: string },
  claims: Record<string, unknown> = {},
): string {
  return issuer.tokenFor(ended.sub, {
    header: { typ: "logout+jwt" },
    expiresIn: 120,
    claims: {
      jti: randomUUID(),
      sid: ended.sid,
      email: undefined,
      name: undefined,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...claims,
    },
  });
}
