import type { Policy } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import { grantedScopes, grantsScopes, readScopes } from "../claims/scope.ts";

/**
 * Accepts principals whose token grants every one of these scopes. Reads the claim `scope`: a string of
 * scopes separated by spaces (RFC 8693 section 4.2), or a list of strings. The comparison is case-sensitive.
 *
 * Does not read other claims (`scp`, `permissions`); use {@link requireClaim} for those. If the verifier has
 * a `claims` schema, the schema must keep `scope`, or every request is rejected. The tokens of a user's own
 * session have no scope; for an API that takes both kinds of token, use {@link requireClientScopes}.
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
  const needed = readScopes(scopes, "requireScopes");
  return Object.freeze({
    name: `scope ${needed.join(" ")}`,
    permits: ({ claims }: Principal<unknown>) => grants(claims, needed),
    refusal: Object.freeze({ code: "scope_insufficient", scopes: needed }),
  });
}

/**
 * Requires these scopes of OAuth clients, whether they act for a user or for themselves. A user's own session
 * passes: it has all rights of its user, and no scopes.
 *
 * @throws {ConfigurationError} No scope, or an invalid one.
 * @example
 * ```ts
 * import { requireClientScopes } from "@usher-auth/verify/policies";
 *
 * // The user's own frontend passes. Other software needs the user's consent to "tasks:write".
 * export const canWrite = requireClientScopes("tasks:write");
 * ```
 */
export function requireClientScopes(...scopes: readonly string[]): Policy {
  const needed = readScopes(scopes, "requireClientScopes");
  return Object.freeze({
    name: `scope ${needed.join(" ")} of clients`,
    permits: ({ claims, clientId }: Principal<unknown>) => clientId === undefined || grants(claims, needed),
    refusal: Object.freeze({ code: "scope_insufficient", scopes: needed }),
  });
}

function grants(claims: unknown, needed: readonly string[]): boolean {
  return grantsScopes(grantedScopes(claims), needed);
}
