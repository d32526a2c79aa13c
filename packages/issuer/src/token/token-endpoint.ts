import type { AuthContext, GenericEndpointContext } from "better-auth";
import { APIError, createAuthEndpoint, createAuthMiddleware, isAPIError } from "better-auth/api";
import { getJwtToken, type JwtOptions, type jwt } from "better-auth/plugins/jwt";
import { logOf, reasonOf } from "../log.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import { answeredSession, currentSession, isCached } from "./current-session.ts";
import { signInTime } from "./sign-in-time.ts";
import { requireLength } from "./token-length.ts";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;
type TokenEndpoint = JwtPlugin["endpoints"]["getToken"];
type AfterHook = JwtPlugin["hooks"]["after"][number];

/** What the request for a token adds to its session. */
interface TokenRequest {
  /** Whole seconds, if that is known. */
  readonly signedInAt?: number | undefined;
  readonly context?: AuthContext;
}

/** The options of `jwt()`, and the claims of a token. */
export interface TokenOptions {
  readonly jwt: JwtOptions;
  readonly claims: (
    session: AuthenticatedSession,
    request?: TokenRequest,
  ) => Promise<Record<string, unknown>>;
}

/**
 * Better Auth's `GET /token`, but the session is looked up first. All answers have `Cache-Control: no-store`.
 */
export function tokenEndpoint(original: TokenEndpoint, options: TokenOptions): TokenEndpoint {
  const { metadata, ...endpoint } = original.options;
  // `noStore` is Better Auth's own flag for `Cache-Control: no-store`, on errors as well.
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
 * Better Auth's hook that sets `set-auth-jwt` on `/get-session`. If no token can be issued, the answer omits
 * the header and the log says why.
 *
 * With `session.cookieCache` the header is only set on request (`disableSettingJwtHeader: false`): it needs a
 * session look-up, which that cache exists to avoid.
 */
export function sessionHeaderHook({ matcher }: AfterHook, options: TokenOptions): AfterHook {
  const handler = createAuthMiddleware(async (request) => {
    if (options.jwt.disableSettingJwtHeader ?? isCached(request)) return;
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
  { jwt, claims }: TokenOptions,
): Promise<string> {
  const signedInAt = await signInTime(session, request);
  const { context } = request;
  const definePayload = (owner: AuthenticatedSession) => claims(owner, { signedInAt, context });
  const token = await getJwtToken(
    { ...request, context: { ...context, session } },
    { ...jwt, jwt: { ...jwt.jwt, definePayload } },
  );
  requireLength(token);
  return token;
}

/** Better Auth's router would answer an error that is not an APIError without `Cache-Control`. */
function fail(error: unknown, request: GenericEndpointContext): never {
  if (isAPIError(error)) throw error;
  logOf(request.context).error(`usherJwt: cannot issue a token: ${reasonOf(error)}`);
  const answer = { code: "TOKEN_FAILED", message: "The token cannot be issued. The issuer's log says why" };
  throw Object.assign(new APIError("INTERNAL_SERVER_ERROR", answer), { cause: error });
}
