import { type CustomDecorator, createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { type OwnerRule, readOwnerRule } from "../../access/owner-rule.ts";
import { type Policy, readPolicies } from "../../access/policies.ts";
import type { Principal as VerifiedPrincipal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { ConfigurationError } from "../../errors.ts";
import { requireClaim } from "../../policies/claim.ts";
import { requireScopes } from "../../policies/scopes.ts";
import { addPolicies, markOptional, markPublic, setOwnerRule } from "./levels.ts";
import { principalParameter } from "./principals.ts";

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
export const Public = (): CustomDecorator => markPublic();

/**
 * Accepts requests without a token on a handler, or on all handlers of a controller that require no policies.
 * A token that is sent must be valid. The handler's path is not restricted to its owner, since anyone may
 * call it. `@Principal()` is null for a request without a token.
 *
 * @throws {ConfigurationError} The same handler or controller is `@Public()`.
 *
 * @example
 * ```ts
 * import { Controller, Get } from "@nestjs/common";
 * import { OptionalAuth, Principal } from "@usher-auth/verify/nestjs";
 *
 * @Controller("greeting")
 * export class GreetingController {
 *   @Get()
 *   @OptionalAuth()
 *   greet(@Principal() principal: Principal | null): object {
 *     return { hello: principal?.id ?? "stranger" };
 *   }
 * }
 * ```
 */
export const OptionalAuth = (): CustomDecorator => markOptional();

/**
 * States who else may use a handler whose path or host belongs to a user. On a controller, it is for all
 * handlers without their own. Every request to a handler without an owner parameter is rejected with
 * `owner_mismatch`, and so is every request to one with several, if the rule has no `params`.
 *
 * @param rule The exceptions. See {@link OwnerRule}.
 * @throws {ConfigurationError} An invalid rule.
 *
 * @example
 * ```ts
 * import { Controller, Get, Param } from "@nestjs/common";
 * import { requireClaim } from "@usher-auth/verify";
 * import { Owner } from "@usher-auth/verify/nestjs";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 *
 * @Controller("api/:userId/tasks")
 * export class TasksController {
 *   @Get()
 *   @Owner({ or: [isSupport] })
 *   tasks(@Param("userId") userId: string): object {
 *     return { tasks: [], owner: userId };
 *   }
 * }
 * ```
 */
export function Owner(rule: OwnerRule<RegisteredClaims>): CustomDecorator {
  const checked = readOwnerRule(rule, "Owner");
  if (checked === undefined)
    throw new ConfigurationError("Owner: pass a rule, as in @Owner({ or: [requireClaim(...)] }).");
  return setOwnerRule(checked);
}

/**
 * Passes the principal to a handler as a parameter. Null on a route with `@OptionalAuth()`, if the request
 * has no token. Throws on a public route, where no token is verified.
 */
export const Principal: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => principalParameter(context.switchToHttp().getRequest()),
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
  return addPolicies(readPolicies(policies, "RequirePolicies"));
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
