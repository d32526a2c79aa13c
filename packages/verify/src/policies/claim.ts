import type { Policy } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";

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
