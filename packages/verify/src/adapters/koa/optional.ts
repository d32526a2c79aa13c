import type { Context, Middleware } from "koa";
import type { Guard } from "../../access/guard.ts";
import { isAuthError } from "../../errors.ts";
import { authorizationOf } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { answerWith } from "./enforcer.ts";
import type { OptionalUsherState } from "./state.ts";

/** Creates the middleware of routes on which a token is optional. */
export function optionalToken<Claims>(guard: Guard<Claims, Context>): Middleware<OptionalUsherState<Claims>> {
  return async function usherOptional(context, next) {
    try {
      context.state.optionalPrincipal = await guard.admitOptional({
        authorization: authorizationOf(context.req),
        tokenInQuery: hasQueryToken(context.url),
        source: context,
      });
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return answerWith(guard.refuse(error, context), context);
    }
    return next();
  };
}
