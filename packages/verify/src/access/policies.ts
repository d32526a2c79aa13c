import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";

/**
 * What a route asks of a principal beyond a valid token and their own path. Make one with {@link
 * requireScopes} or {@link requireClaim}, and give it to a route in its framework's idiom.
 */
export interface Policy<Claims = unknown> {
  /** For the operator: what is asked for. */
  readonly name: string;
  /** Whether the principal may pass. Anything but `true` is a no, and so is an exception. */
  readonly permits: (principal: Principal<Claims>) => boolean;
}

/** RFC 6749 section 3.3, `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Lets in whom the token grants every one of these scopes: by its claim `scope`, a text with the scopes
 * separated by spaces (RFC 8693 section 4.2), or a list of them. Case counts. Looks at no other claim (`scp`,
 * `permissions`): for those there is {@link requireClaim}. With a `claims` schema, the schema must let
 * `scope` through, or nobody gets in.
 *
 * @throws {ConfigurationError} No scope, or a text that is none.
 *
 * @example
 * ```ts
 * import { requireScopes } from "@usher-auth/verify";
 *
 * const canWrite = requireScopes("tasks:read", "tasks:write");
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
 * Lets in whose claims the predicate says `true` of: roles, organisations, plans. It must be synchronous and
 * do no I/O. One that throws, or returns anything but `true`, lets nobody in. The refusal is
 * `scope_insufficient`, as for scopes: the token is good and does not grant this.
 *
 * @param name What is asked for, for the log and for lists of routes. Default: the function's own name.
 * @throws {ConfigurationError} No function.
 *
 * @example
 * ```ts
 * import { requireClaim } from "@usher-auth/verify";
 *
 * const adminsOnly = requireClaim(({ role }) => role === "admin", "admins only");
 * ```
 */
export function requireClaim<Claims = TokenClaims>(
  predicate: (claims: Claims, principal: Principal<Claims>) => boolean,
  name?: string,
): Policy<Claims> {
  if (typeof predicate !== "function") {
    throw new ConfigurationError("requireClaim: give a function from the claims to true or false.");
  }
  return Object.freeze({
    name: name ?? (predicate.name === "" ? "a claim" : predicate.name),
    permits: (principal: Principal<Claims>) => predicate(principal.claims, principal),
  });
}

/**
 * Asks each policy in turn. It is the user's code: whatever it does comes to a yes or an AuthError.
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
      // A promise is no `true`: an asynchronous policy opens nothing.
      if (ignorePromise(permitted)) failure = "answered with a promise, and must answer at once";
    } catch (error) {
      failure = "threw";
      cause = error;
    }
    const name = nameOf(policy);
    throw new AuthError("scope_insufficient", {
      hint: failure ? `asking for ${name} failed: the policy ${failure}` : `the token does not grant ${name}`,
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
 * A route's policies, checked once. Absent: none.
 *
 * @param where The route, for the message.
 * @throws {ConfigurationError} What is no list of policies.
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
