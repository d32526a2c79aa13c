import { AuthError, ConfigurationError } from "../errors.ts";
import { checkOwnerRule, type OwnerRule, readOwnerRule } from "./owner-rule.ts";

/**
 * Where a middleware keeps the owner rule that it states. For routers that set parameters before a route's
 * own middleware runs: the guard reads the rule from the matched route before it checks the owner.
 */
const stated: unique symbol = Symbol("usher.ownerRule");

/** An owner rule, and what its middleware runs itself: the rule covers that too. */
export interface StatedRule<Claims> {
  readonly rule: OwnerRule<Claims>;
  readonly covered: unknown;
}

/**
 * Marks a middleware with the rule that it states.
 *
 * @throws {ConfigurationError} An invalid rule, or none.
 */
export function stateRule<Claims, Middleware extends object>(
  rule: OwnerRule<Claims>,
  create: (rule: OwnerRule<Claims>) => Middleware,
  covered?: unknown,
): Middleware {
  const checked = readOwnerRule(rule, "owner");
  if (checked === undefined)
    throw new ConfigurationError("owner: pass a rule, as in owner({ or: [requireClaim(...)] }).");
  const value: StatedRule<Claims> = Object.freeze({ rule: checked, covered });
  return Object.defineProperty(create(checked), stated, { value });
}

/** The rule that a middleware states, if it states one. */
export function statedRuleOf<Claims>(middleware: unknown): StatedRule<Claims> | undefined {
  return (middleware as { readonly [stated]?: StatedRule<Claims> } | undefined)?.[stated];
}

/** Marks a middleware with the rule that another one states, if it states one: for one that wraps it. */
export function passRule(from: unknown, to: object): void {
  const value = statedRuleOf(from);
  if (value !== undefined) Object.defineProperty(to, stated, { value });
}

/**
 * Compares a rule with the owner parameters of its route when a request arrives. It is too late to throw at
 * startup.
 *
 * @param ownerParams All owner parameters of the route, of all guards.
 * @throws {AuthError} `owner_mismatch`, for every principal: the rule does not fit.
 */
export function refuseMisfit(rule: OwnerRule<never>, ownerParams: readonly string[], where: string): void {
  try {
    checkOwnerRule(rule, ownerParams, where);
  } catch (error) {
    throw new AuthError("owner_mismatch", { hint: (error as ConfigurationError).message });
  }
}

/** The rejection of a request on a route whose rule the guard did not see before it checked the owner. */
export function unseenRule(advice: string): AuthError {
  return new AuthError("owner_mismatch", {
    hint: `owner(...): the guard did not see this rule before it checked the path. ${advice}`,
  });
}
