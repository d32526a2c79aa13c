import type { Context, MiddlewareHandler } from "hono";
import { createGuard } from "../../access/guard.ts";
import type { GuardOptions } from "../../access/guard-options.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { isAuthError } from "../../errors.ts";
import { responseOf } from "../../http/answers.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import type { OptionalUsherEnv } from "./env.ts";
import { host } from "./host.ts";
import { credentialsOf } from "./websocket.ts";

/**
 * Creates middleware for a route that also accepts requests without a token: read `c.var.optionalPrincipal`.
 * A token that is sent must be valid. Checks no owner and no policies, since anyone may call the route. Add
 * the route before {@link usher}, which requires a token of every later one.
 *
 * @param options Those of {@link usher}.
 * @throws {ConfigurationError} An invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { optionalAuth, usher } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const options = { verifier: verifierFromEnv(), ownerParam: "userId" };
 * const open = new Hono();
 * open.get("/greeting", optionalAuth(options), (c) =>
 *   c.json({ hello: c.var.optionalPrincipal?.id ?? "stranger" }),
 * );
 * const app = usher(open, options);
 * ```
 */
export function optionalAuth<Claims = TokenClaims>(
  options: GuardOptions<Claims, Context>,
): MiddlewareHandler<OptionalUsherEnv<Claims>> {
  const guard = createGuard<Claims, Context>(options, host);
  return async (context, next) => {
    try {
      const principal = await guard.admitOptional({
        authorization: credentialsOf(context.req.raw.headers),
        tokenInQuery: hasQueryToken(context.req.url),
        source: context,
        waitUntil: (work) => context.executionCtx.waitUntil(work),
      });
      context.set("optionalPrincipal", principal);
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return responseOf(guard.refuse(error, context));
    }
    return next();
  };
}
