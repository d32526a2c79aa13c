import type { Principal } from "../claims/principal.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { isNonEmptyString } from "../option-values.ts";
import { ignorePromise } from "../user-code/thenable.ts";

/**
 * What a route requires in addition to a valid token and the owner's path. Create one with a function of
 * `@usher-auth/verify/policies`, such as `requireScopes`, and pass it to a route in the way of its framework.
 */
export interface Policy<Claims = unknown> {
  /** What is required, for logs and lists of routes. */
  readonly name: string;
  /**
   * Whether the principal may pass. Only `true` accepts; any other value and an exception reject.
   *
   * @param now The verifier's time, in seconds since 1970.
   */
  readonly permits: (principal: Principal<Claims>, now: number) => boolean;
  /** What the client gets. Default: `scope_insufficient`, without scopes. */
  readonly refusal?: PolicyRefusal | undefined;
}

/** What the client gets if a policy rejects, so that it can do something about it. */
export interface PolicyRefusal {
  readonly code: "scope_insufficient" | "impersonation_forbidden" | "reauthentication_required";
  /** For `scope_insufficient`: the scopes that are needed (RFC 6750 section 3). */
  readonly scopes?: readonly string[];
  /** For `reauthentication_required`: how old a sign-in may be, in seconds (RFC 9470 section 3). */
  readonly maxAge?: number;
}

const notGranted: PolicyRefusal = Object.freeze({ code: "scope_insufficient" });

const refusalCodes: readonly unknown[] = [
  "scope_insufficient",
  "impersonation_forbidden",
  "reauthentication_required",
] satisfies readonly PolicyRefusal["code"][];

/**
 * Checks each policy in turn.
 *
 * @param now Seconds since 1970.
 * @throws {AuthError} The code of the first policy that rejects.
 */
export function checkPolicies<Claims>(
  principal: Principal<Claims>,
  policies: readonly Policy<Claims>[],
  now: number,
): void {
  for (const policy of policies) {
    const refusal = refusalOf(principal, policy, now);
    if (refusal !== undefined) throw refusal;
  }
}

/**
 * Checks one policy. Policies are the application's code: whatever they do ends in acceptance (undefined) or
 * an AuthError.
 *
 * @param now Seconds since 1970.
 */
export function refusalOf<Claims>(
  principal: Principal<Claims>,
  policy: Policy<Claims>,
  now: number,
): AuthError | undefined {
  let failure: string | undefined;
  let cause: unknown;
  try {
    const permitted: unknown = policy.permits(principal, now);
    if (permitted === true) return undefined;
    // A promise is not `true`: an asynchronous policy accepts no one.
    if (ignorePromise(permitted)) failure = "returned a promise; it must be synchronous";
  } catch (error) {
    failure = "threw";
    cause = error;
  }
  const name = quote(nameOf(policy));
  const hint = failure
    ? `checking ${name} failed: the policy ${failure}`
    : `the token does not grant ${name}`;
  const { code, scopes, maxAge } = (failure === undefined && readRefusal(policy)) || notGranted;
  return new AuthError(code, { hint, cause, scopes, maxAge });
}

/** The name of a policy, whatever it is. */
export function nameOf(policy: Policy<never>): string {
  try {
    return String(policy.name);
  } catch {
    return "a policy";
  }
}

/**
 * What a policy says to the client; undefined if it is not one of the answers that a policy may give. Later
 * versions may have others.
 */
export function readRefusal(policy: Policy<never>): PolicyRefusal | undefined {
  try {
    const { code, scopes, maxAge } = policy.refusal ?? notGranted;
    if (refusalCodes.includes(code))
      return {
        code,
        ...(Array.isArray(scopes) && scopes.every(isNonEmptyString) && { scopes: [...scopes] }),
        ...(Number.isSafeInteger(maxAge) && { maxAge: maxAge as number }),
      };
  } catch {
    // Its properties may be accessors that throw.
  }
  return undefined;
}

/**
 * Validates a route's policies. Undefined means none.
 *
 * @param where The route, for the message.
 * @throws {ConfigurationError} Not a list of policies.
 */
export function readPolicies<Claims>(
  value: readonly Policy<Claims>[] | undefined,
  where: string,
): readonly Policy<Claims>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((policy) => typeof policy?.permits === "function"))
    throw new ConfigurationError(
      `${where}: policies must be a list of requireScopes(...) and requireClaim(...).`,
    );
  for (const policy of value) {
    if (readRefusal(policy) === undefined)
      throw new ConfigurationError(
        `${where}: the refusal of the policy ${quote(nameOf(policy))} must have one of the codes ${refusalCodes.join(", ")}.`,
      );
  }
  return Object.freeze([...value]);
}
