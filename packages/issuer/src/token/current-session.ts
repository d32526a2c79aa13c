import type { GenericEndpointContext } from "better-auth";
import { getAuthoritativeSessionFromCtx, isStateful } from "better-auth/api";
import type { AuthenticatedSession } from "../options/options.ts";
import { unavailable } from "../unavailable.ts";

/**
 * The session to issue a token for, looked up in the database.
 *
 * With `session.cookieCache`, Better Auth itself trusts a cookie until the cookie expires, and would go on
 * issuing tokens for a revoked session. So this looks the session up, as Better Auth does before it changes a
 * password. Without a database or secondary storage, the cookie is the session.
 *
 * A plugin can also create a session for one request, such as from an API key (`enableSessionForAPIKeys`).
 * That session is in no cookie and no table and is accepted as it is, unless the request also has a cached
 * session: another plugin may have read that one before the API key replaced it.
 *
 * @returns null when the user is not signed in
 * @throws {APIError} 503 when the session cannot be looked up, as in an outage of the database
 */
export async function currentSession(request: GenericEndpointContext): Promise<AuthenticatedSession | null> {
  const { session: known, authCookies, secret, internalAdapter } = request.context;
  const cookie = await request.getSignedCookie(authCookies.sessionToken.name, secret);
  if (known !== null && known.session.token !== cookie && !hasCachedSession(request))
    return isLive(known) ? known : null;

  const session = await getAuthoritativeSessionFromCtx(request);
  if (session !== null || typeof cookie !== "string" || !isStateful(request)) return session;

  // Better Auth returns null for a session that it failed to look up, as for one that does not exist.
  const found = await internalAdapter.findSession(cookie).catch(() => "unknown" as const);
  if (found === "unknown" || (found !== null && isLive(found))) {
    throw unavailable("SESSION_UNAVAILABLE", "The session cannot be looked up now");
  }
  return null;
}

/** Whether a session may come from a cookie alone, though it is also stored elsewhere. */
export function isCached(request: GenericEndpointContext): boolean {
  return request.context.options.session?.cookieCache?.enabled === true && isStateful(request);
}

function hasCachedSession(request: GenericEndpointContext): boolean {
  const { name } = request.context.authCookies.sessionData;
  // In one cookie with that name, or in several whose names start with it.
  return isCached(request) && request.headers?.get("cookie")?.includes(name) === true;
}

/** The session that `/get-session` answers with, looked up if it came from a cookie. */
export async function answeredSession(request: GenericEndpointContext): Promise<AuthenticatedSession | null> {
  const { session, internalAdapter } = request.context;
  if (session === null || !isCached(request)) return session;
  const found = await internalAdapter.findSession(session.session.token);
  return found !== null && isLive(found) ? found : null;
}

function isLive({ session }: AuthenticatedSession): boolean {
  return new Date(session.expiresAt).getTime() > Date.now();
}
