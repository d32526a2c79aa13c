import { randomUUID } from "node:crypto";
import type { AccessTokenGrant, TestUser, TokenFaults } from "./options.ts";

const hour = 3600;

type Claims = Readonly<Record<string, unknown>>;

/** The issuer and the audience of a token, and the time in milliseconds since 1970. */
export interface Issuing {
  readonly issuer: string;
  readonly audience: string;
  readonly time: number;
}

/** The claims of a session token, as `usherJwt()` issues it. */
export function sessionClaims(user: TestUser, faults: TokenFaults, issuing: Issuing): Claims {
  const { id, email, emailVerified, name } = { ...defaultsFor(user), ...(typeof user === "object" && user) };
  const person = { email, email_verified: emailVerified, name };
  return { sub: id, sid: randomUUID(), ...commonClaims(faults, issuing), ...person, ...faults.claims };
}

/** The claims of an access token, as Better Auth's OAuth provider issues it (RFC 9068 section 2.2). */
export function accessClaims(sub: string, grant: AccessTokenGrant, issuing: Issuing): Claims {
  const { clientId = "test-client", scope = "" } = grant;
  return {
    sub,
    client_id: clientId,
    azp: clientId,
    scope,
    // A client that acts for itself has no session.
    ...(sub !== clientId && { sid: randomUUID() }),
    ...commonClaims(grant, issuing),
    ...grant.claims,
  };
}

export function idOf(user: TestUser): string {
  return typeof user === "string" ? user : user.id;
}

function commonClaims(faults: TokenFaults, { issuer, audience, time }: Issuing): Claims {
  const now = Math.floor(time / 1000);
  return {
    jti: randomUUID(),
    iat: now,
    exp: now + (faults.expiresIn ?? 300),
    iss: issuer,
    aud: audience,
    ...(faults.expired && { iat: now - 2 * hour, exp: now - hour }),
    ...(faults.notYetValid && { nbf: now + hour, exp: now + 2 * hour }),
    ...(faults.issuedInFuture && { iat: now + hour, exp: now + 2 * hour }),
    ...(faults.wrongIssuer && { iss: "https://another-issuer.example" }),
    ...(faults.wrongAudience && { aud: "https://another-api.example" }),
  };
}

function defaultsFor(user: TestUser): { id: string; email: string; emailVerified: boolean; name: string } {
  const id = idOf(user);
  return { id, email: `${id}@example.com`, emailVerified: true, name: id };
}
