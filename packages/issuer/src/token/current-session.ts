import type { GenericEndpointContext } from "better-auth";
import { getAuthoritativeSessionFromCtx, isStateful } from "better-auth/api";
import type { AuthenticatedSession } from "../options/options.ts";
import { unavailable } from "../unavailable.ts";

/**
 * The session that a token may be made for: one that there still is.
 *
 * With `session.cookieCache`, Better Auth itself takes the word of a cookie for as long as that lasts, and
 * would go on making tokens for a session revoked from elsewhere. This looks the session up, as Better Auth
 * does before it changes a password; where there is nothing to look it up in, the cookie is the session. A
 * session that another plugin has made for this very request (of an API key, with `enableSessionForAPIKeys`)
 * is in no cookie and no table, and holds as it is, but for a request that brings a cached session: a plugin
 * may have read it before another one put its own session in its place.
 *
 * @returns null when nobody is signed in
 * @throws {APIError} 503 when it cannot be told, as in an outage of the database
 */
export async function currentSession(request: GenericEndpointContext): Promise<AuthenticatedSession | null> {
  const { session: made, authCookies, secret, internalAdapter } = request.context;
  const cookie = await request.getSignedCookie(authCookies.sessionToken.name, secret);
  if (made !== null && made.session.token !== cookie && !bringsCachedSession(request))
    return isLive(made) ? made : null;

  const session = await getAuthoritativeSessionFromCtx(request);
  if (session !== null || typeof cookie !== "string" || !isStateful(request)) return session;

  // Better Auth takes a session that it could not look up for one that does not exist.
  const found = await internalAdapter.findSession(cookie).catch(() => "unknown" as const);
  if (found === "unknown" || (found !== null && isLive(found))) {
    throw unavailable("SESSION_UNAVAILABLE", "Whether anybody is signed in cannot be told now");
  }
  return null;
}

/**
 * Whether a session may be a cookie's word alone: with `session.cookieCache`, where sessions are kept
 * elsewhere too.
 */
export function isCached(request: GenericEndpointContext): boolean {
  return request.context.options.session?.cookieCache?.enabled === true && isStateful(request);
}

function bringsCachedSession(request: GenericEndpointContext): boolean {
  const { name } = request.context.authCookies.sessionData;
  // In one cookie of that name, or in several whose names begin with it.
  return isCached(request) && request.headers?.get("cookie")?.includes(name) === true;
}

/**
 * The session of a request that is being answered, if a token may be made for it: a cookie's word is looked
 * up.
 */
export async function answeredSession(request: GenericEndpointContext): Promise<AuthenticatedSession | null> {
  const { session, internalAdapter } = request.context;
  if (session === null || !isCached(request)) return session;
  const found = await internalAdapter.findSession(session.session.token);
  return found !== null && isLive(found) ? found : null;
}

function isLive({ session }: AuthenticatedSession): boolean {
  return new Date(session.expiresAt).getTime() > Date.now();
}
