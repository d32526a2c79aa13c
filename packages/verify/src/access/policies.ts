import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";

/**
 * What a route requires in addition to a valid token and the owner's path. Create one with
 * {@link requireScopes} or {@link requireClaim}, and pass it to a route in the way of its framework.
 */
export interface Policy<Claims = unknown> {
  /** What is required, for logs and lists of routes. */
  readonly name: string;
  /** Whether the principal may pass. Only `true` accepts; any other value and an exception reject. */
  readonly permits: (principal: Principal<Claims>) => boolean;
}

/** RFC 6749 section 3.3, `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Accepts principals whose token grants every one of these scopes. Reads the claim `scope`: a string of
 * scopes separated by spaces (RFC 8693 section 4.2), or a list of strings. The comparison is case-sensitive.
 *
 * Does not read other claims (`scp`, `permissions`); use {@link requireClaim} for those. If the verifier has
 * a `claims` schema, the schema must keep `scope`, or every request is rejected.
 *
 * @throws {ConfigurationError} No scope, or an invalid one.
 * @example
 * ```ts
 * import { requireScopes } from "@usher-auth/verify";
 *
 * // With Fastify: { config: { policies: [canWrite] } }
 * export const canWrite = requireScopes("tasks:read", "tasks:write");
 * ```
 */
export function requireScopes(...scopes: readonly string[]): Policy {
  if (scopes.length === 0 || !scopes.every((scope) => typeof scope === "string" && scopeToken.test(scope))) {
    throw new ConfigurationError(
      'requireScopes: name the scopes one by one, such as requireScopes("tasks:write").',
    );
  }
  return Object.freeze({
    name: `scope ${scopes.join(" ")}`,
    permits: ({ claims }: Principal<unknown>) => {
      const granted = grantedScopes(claims);
      return scopes.every((scope) => granted.includes(scope));
    },
  });
}

/**
 * Accepts principals if the predicate returns `true`: for roles, organizations, plans. A predicate that
 * throws, or returns anything else, rejects. The code is `scope_insufficient`, as for scopes: the token is
 * valid and does not grant this.
 *
 * @param predicate Synchronous, without I/O.
 * @param name What is required, for logs and lists of routes. Default: the function's own name.
 * @throws {ConfigurationError} The predicate is not a function.
 * @example
 * ```ts
 * import { requireClaim } from "@usher-auth/verify";
 *
 * export const isAdmin = requireClaim((claims) => claims.role === "admin", "role admin");
 * ```
 */
export function requireClaim<Claims = TokenClaims>(
  predicate: (claims: Claims, principal: Principal<Claims>) => boolean,
  name?: string,
): Policy<Claims> {
  if (typeof predicate !== "function") {
    throw new ConfigurationError(
      "requireClaim: the predicate must be a function from the claims to true or false.",
    );
  }
  return Object.freeze({
    name: name ?? (predicate.name === "" ? "a claim" : predicate.name),
    permits: (principal: Principal<Claims>) => predicate(principal.claims, principal),
  });
}

/**
 * Checks each policy in turn. Policies are the application's code: whatever they do ends in acceptance or an
 * AuthError.
 *
 * @throws {AuthError} `scope_insufficient`.
 */
export function checkPolicies<Claims>(
  principal: Principal<Claims>,
  policies: readonly Policy<Claims>[],
): void {
  for (const policy of policies) {
    let failure: string | undefined;
    let cause: unknown;
    try {
      const permitted: unknown = policy.permits(principal);
      if (permitted === true) continue;
      // A promise is not `true`: an asynchronous policy accepts no one.
      if (ignorePromise(permitted)) failure = "returned a promise; it must be synchronous";
    } catch (error) {
      failure = "threw";
      cause = error;
    }
    const name = nameOf(policy);
    throw new AuthError("scope_insufficient", {
      hint: failure ? `checking ${name} failed: the policy ${failure}` : `the token does not grant ${name}`,
      cause,
    });
  }
}

function nameOf(policy: Policy<never>): string {
  try {
    return quote(String(policy.name));
  } catch {
    return "a policy";
  }
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
  if (!Array.isArray(value) || !value.every((policy) => typeof policy?.permits === "function")) {
    throw new ConfigurationError(
      `${where}: policies must be a list of requireScopes(...) and requireClaim(...).`,
    );
  }
  return Object.freeze([...value]);
}

function grantedScopes(claims: unknown): readonly unknown[] {
  const { scope } = (claims ?? {}) as { scope?: unknown };
  if (typeof scope === "string") return scope.split(" ");
  return Array.isArray(scope) ? scope : [];
}
