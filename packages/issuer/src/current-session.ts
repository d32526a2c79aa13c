import type { GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, isStateful, sensitiveSessionMiddleware } from "better-auth/api";
import { getJwtToken, type JwtOptions, type jwt } from "better-auth/plugins/jwt";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;
type TokenEndpoint = JwtPlugin["endpoints"]["getToken"];
type AfterHook = JwtPlugin["hooks"]["after"][number];

/**
 * Better Auth's `GET /token`, for a session that there still is.
 *
 * With `session.cookieCache`, Better Auth's own takes the word of a cookie for as long as that lasts, and would go on
 * making tokens for a session revoked from elsewhere. This one looks the session up, as Better Auth does before it
 * changes a password; where there is nothing to look it up in, the cookie is the session.
 */
export function tokenEndpoint(original: TokenEndpoint, options: JwtOptions): TokenEndpoint {
  return createAuthEndpoint("/token", { ...original.options, use: [sensitiveSessionMiddleware] }, async (context) =>
    context.json({ token: await getJwtToken(context, options) }),
  ) as TokenEndpoint;
}

/** The hook that sets `set-auth-jwt` on `/get-session`, under the same condition. */
export function forCurrentSession({ matcher, handler }: AfterHook): AfterHook {
  const whenCurrent = async (request: GenericEndpointContext): Promise<unknown> =>
    (await isCurrent(request)) ? await handler(request) : {};
  return { matcher, handler: Object.assign(whenCurrent, handler) as typeof handler };
}

async function isCurrent(request: GenericEndpointContext): Promise<boolean> {
  const { session, options, internalAdapter } = request.context;
  const cached = options.session?.cookieCache?.enabled === true && isStateful(request);
  if (session === null || !cached) return true;
  const found = await internalAdapter.findSession(session.session.token);
  return found !== null && found.session.expiresAt.getTime() > Date.now();
}
