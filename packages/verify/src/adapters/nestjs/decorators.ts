import {
  type CustomDecorator,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { type Policy, readPolicies } from "../../access/policies.ts";
import type { Principal as VerifiedPrincipal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { requireClaim } from "../../policies/claim.ts";
import { requireScopes } from "../../policies/scopes.ts";

/**
 * The user of a verified token: the type of the `@Principal()` parameter.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { Principal } from "@usher-auth/verify/nestjs";
 *
 * @Controller("api/:userId/tasks")
 * export class TasksController {
 *   @Get()
 *   tasks(@Principal() principal: Principal): object {
 *     return { tasks: [], owner: principal.id };
 *   }
 * }
 * ```
 */
export type Principal<Claims = RegisteredClaims> = VerifiedPrincipal<Claims>;

/** A handler or a controller, which Nest keeps metadata for. */
export type Level = Parameters<Reflector["get"]>[1];

const publicKey = "usher:public";
const policiesKey = "usher:policies";
const reflector = new Reflector();
const principals = new WeakMap<object, Principal>();

/**
 * Makes a handler public, or all handlers of a controller that require no policies.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { Public } from "@usher-auth/verify/nestjs";
 *
 * @Controller("health")
 * export class HealthController {
 *   @Public()
 *   @Get()
 *   health(): object {
 *     return { status: "ok" };
 *   }
 * }
 * ```
 */
export const Public = (): CustomDecorator => SetMetadata(publicKey, true);

/** Passes the principal to a handler as a parameter. Throws on a public route, where no token is verified. */
export const Principal: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => principalOf(context.switchToHttp().getRequest()),
);

/**
 * What handlers require in addition to a valid token and the owner's path. Policies of the controller and of
 * the handler add up.
 *
 * @throws {ConfigurationError} An invalid policy.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { requireClaim, requireScopes } from "@usher-auth/verify";
 * import { RequirePolicies } from "@usher-auth/verify/nestjs";
 *
 * @Controller("api/:userId/tasks")
 * export class TasksController {
 *   @Get()
 *   @RequirePolicies(requireScopes("tasks:read"), requireClaim(({ plan }) => plan === "pro"))
 *   tasks(): object {
 *     return { tasks: [] };
 *   }
 * }
 * ```
 */
export function RequirePolicies(
  ...policies: readonly Policy<RegisteredClaims>[]
): MethodDecorator & ClassDecorator {
  const checked = readPolicies(policies, "RequirePolicies");
  return (target: object, key?: string | symbol, descriptor?: { value?: unknown }) => {
    const level = (descriptor?.value ?? target) as Level;
    const all = [...policiesOf(level), ...checked];
    SetMetadata(policiesKey, all)(target, key as string, descriptor as PropertyDescriptor);
  };
}

/**
 * Short for `@RequirePolicies(requireScopes(...))`.
 *
 * @throws {ConfigurationError} No scope, or an invalid one.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { RequireScopes } from "@usher-auth/verify/nestjs";
 *
 * @Controller("api/:userId/tasks")
 * export class TasksController {
 *   @Get()
 *   @RequireScopes("tasks:read")
 *   tasks(): object {
 *     return { tasks: [] };
 *   }
 * }
 * ```
 */
export const RequireScopes = (...scopes: readonly string[]): MethodDecorator & ClassDecorator =>
  RequirePolicies(requireScopes(...scopes));

/**
 * Short for `@RequirePolicies(requireClaim(...))`.
 *
 * @throws {ConfigurationError} The predicate is not a function.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { RequireClaim } from "@usher-auth/verify/nestjs";
 *
 * @Controller("api/:userId/tasks")
 * export class TasksController {
 *   @Get()
 *   @RequireClaim(({ role }) => role === "admin", "admins only")
 *   tasks(): object {
 *     return { tasks: [] };
 *   }
 * }
 * ```
 */
export const RequireClaim = (
  ...claim: Parameters<typeof requireClaim<RegisteredClaims>>
): MethodDecorator & ClassDecorator => RequirePolicies(requireClaim(...claim));

/**
 * Returns the principal of the platform's request, for code outside handlers: interceptors, request-scoped
 * providers.
 *
 * @throws {Error} The route is public.
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
  return principal;
}

/** Stores the principal of an accepted request. */
export function keepPrincipal(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/**
 * The handler's metadata wins over the controller's. A level with policies is not public: policies need a
 * principal.
 */
export function isPublic(levels: readonly Level[]): boolean {
  for (const level of levels) {
    if (policiesOf(level).length > 0) return false;
    const marked: unknown = reflector.get(publicKey, level);
    if (marked !== undefined) return marked === true;
  }
  return false;
}

export function policiesOf(level: Level): readonly Policy<RegisteredClaims>[] {
  return reflector.get<readonly Policy<RegisteredClaims>[] | undefined>(policiesKey, level) ?? [];
}
