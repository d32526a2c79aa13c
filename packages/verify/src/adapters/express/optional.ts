import type { Request, RequestHandler } from "express";
import type { Guard } from "../../access/guard.ts";
import type { Principal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { authorizationOf } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import { refuse } from "./refuse.ts";

type OptionalPrincipal = Principal<RegisteredClaims> | null;

/** Creates the middleware of routes on which a token is optional. */
export function optionalToken(guard: Guard<RegisteredClaims, Request>): RequestHandler {
  return function usherOptional(request, response, next) {
    let admitted: OptionalPrincipal | Promise<OptionalPrincipal>;
    try {
      admitted = guard.admitOptional({
        authorization: authorizationOf(request),
        tokenInQuery: hasQueryToken(request.url),
        source: request,
      });
    } catch (error) {
      return refuse({ error, guard }, request, response, next);
    }
    const enter = (principal: OptionalPrincipal): void => {
      request.optionalPrincipal = principal;
      next();
    };
    if (admitted instanceof Promise)
      admitted.then(enter, (error: unknown) => refuse({ error, guard }, request, response, next));
    else enter(admitted);
  };
}
