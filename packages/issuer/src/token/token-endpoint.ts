import type { GenericEndpointContext } from "better-auth";
import { APIError, createAuthEndpoint, createAuthMiddleware, isAPIError } from "better-auth/api";
import { getJwtToken, type JwtOptions, type jwt } from "better-auth/plugins/jwt";
import { logOf, reasonOf } from "../log.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import { requireLength } from "../signing/hs256.ts";
import { answeredSession, currentSession, isCached } from "./current-session.ts";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;
type TokenEndpoint = JwtPlugin["endpoints"]["getToken"];
type AfterHook = JwtPlugin["hooks"]["after"][number];

/**
 * Better Auth's `GET /token`, for a session that there still is. None of its answers may be kept by a cache.
 */
export function tokenEndpoint(original: TokenEndpoint, options: JwtOptions): TokenEndpoint {
  const { metadata, ...endpoint } = original.options;
  // Better Auth's own way to have `Cache-Control: no-store` on what the handler returns and throws.
  const withoutStore = { ...endpoint, use: [], metadata: { ...metadata, noStore: true } };
  return createAuthEndpoint("/token", withoutStore, async (context) => {
    const session = await currentSession(context);
    if (session === null)
      throw new APIError("UNAUTHORIZED", { code: "UNAUTHORIZED", message: "Unauthorized" });
    return context.json({
      token: await tokenFor(session, context, options).catch((error) => fail(error, context)),
    });
  }) as unknown as TokenEndpoint;
}

/**
 * Better Auth's hook that sets `set-auth-jwt` on `/get-session`. The header is a by-product: where no token
 * can be made, the answer goes without it, and the log says why.
 *
 * With `session.cookieCache` it is set only when asked for (`disableSettingJwtHeader: false`): the session
 * would have to be looked up, which is what the cache is there to spare.
 */
export function sessionHeaderHook({ matcher }: AfterHook, options: JwtOptions): AfterHook {
  const handler = createAuthMiddleware(async (request) => {
    if (options.disableSettingJwtHeader ?? isCached(request)) return;
    try {
      const session = await answeredSession(request);
      if (session === null) return;
      const token = await tokenFor(session, request, options);
      request.setHeader("cache-control", "no-store");
      request.setHeader("set-auth-jwt", token);
      request.setHeader("access-control-expose-headers", "set-auth-jwt");
    } catch (error) {
      logOf(request.context).error(
        `usherJwt: /get-session is answered without set-auth-jwt: ${reasonOf(error)}`,
      );
    }
  });
  return { matcher, handler: handler as unknown as AfterHook["handler"] };
}

async function tokenFor(
  session: AuthenticatedSession,
  request: GenericEndpointContext,
  options: JwtOptions,
): Promise<string> {
  const token = await getJwtToken({ ...request, context: { ...request.context, session } }, options);
  requireLength(token);
  return token;
}

/**
 * An error that is no APIError would leave Better Auth's router as an answer of its own, without the header
 * above.
 */
function fail(error: unknown, request: GenericEndpointContext): never {
  if (isAPIError(error)) throw error;
  logOf(request.context).error(`usherJwt: no token can be made: ${reasonOf(error)}`);
  const answer = { code: "TOKEN_FAILED", message: "The token cannot be made. The issuer's log says why" };
  throw Object.assign(new APIError("INTERNAL_SERVER_ERROR", answer), { cause: error });
}
