import type { Principal as VerifiedPrincipal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";

type Principal = VerifiedPrincipal<RegisteredClaims>;

/** By the platform's request. Null if its route has an optional token, and the request none. */
const principals = new WeakMap<object, Principal | null>();

/** Stores the principal of an accepted request. */
export function keepPrincipal(request: object, principal: Principal | null): void {
  principals.set(request, principal);
}

/**
 * Returns the principal of the platform's request, for code outside handlers: interceptors, request-scoped
 * providers.
 *
 * @throws {Error} No token was verified: the route is public, or its token is optional and the request has
 *   none.
 *
 * @example
 * ```ts
 * import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from "@nestjs/common";
 * import { principalOf } from "@usher-auth/verify/nestjs";
 *
 * @Injectable()
 * export class LogUser implements NestInterceptor {
 *   intercept(context: ExecutionContext, next: CallHandler) {
 *     console.log(principalOf(context.switchToHttp().getRequest()).id);
 *     return next.handle();
 *   }
 * }
 * ```
 */
export function principalOf(request: object): Principal {
  const principal = principals.get(request);
  if (principal === undefined)
    throw new Error("No principal was verified for this request: its route is public.");
  if (principal === null)
    throw new Error("This request has no token. On a route with @OptionalAuth(), use optionalPrincipalOf().");
  return principal;
}

/**
 * Returns the principal of the platform's request, or null if no token was verified: the route is public, or
 * has `@OptionalAuth()` and the request no token.
 *
 * @example
 * ```ts
 * import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from "@nestjs/common";
 * import { optionalPrincipalOf } from "@usher-auth/verify/nestjs";
 *
 * @Injectable()
 * export class LogUser implements NestInterceptor {
 *   intercept(context: ExecutionContext, next: CallHandler) {
 *     console.log(optionalPrincipalOf(context.switchToHttp().getRequest())?.id ?? "nobody");
 *     return next.handle();
 *   }
 * }
 * ```
 */
export function optionalPrincipalOf(request: object): Principal | null {
  return principals.get(request) ?? null;
}

/** The value of the parameter `@Principal()`. */
export function principalParameter(request: object): Principal | null {
  return principals.get(request) === null ? null : principalOf(request);
}
