import type { UnverifiedJwt } from "./unverified-jwt.ts";

/** Whether it is an OAuth access token (RFC 9068 section 2.1). */
export function isAccessToken({ header }: UnverifiedJwt): boolean {
  return /^(?:application\/)?at\+jwt$/i.test(String(header.typ));
}

/** Whether it is the token of an OAuth client that acts for itself, without a user. */
export function isClientsOwn(jwt: UnverifiedJwt): boolean {
  return isAccessToken(jwt) && jwt.claims.sub === jwt.claims.client_id;
}

/** What a JWT says that it is, for people. Nothing is verified. */
export function describeKind(jwt: UnverifiedJwt): string {
  const { header, claims } = jwt;
  const type = String(header.typ).toLowerCase();
  if (isClientsOwn(jwt)) return "an OAuth access token of a client that acts for itself";
  if (isAccessToken(jwt)) return "an OAuth access token of a client that acts for a user";
  if (Object.hasOwn(claims, "at_hash")) return "an ID token, which is for its client and not for an API";
  if (type.includes("session-cache")) return "Better Auth's cookie cache, which is not for an API";
  if (type.endsWith("logout+jwt")) return "a logout token, which is for the logout endpoint only";
  return "a token of a user's session, or another JWT";
}
