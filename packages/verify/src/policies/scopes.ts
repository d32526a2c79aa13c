import type { Policy } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";

/** RFC 6749 section 3.3, `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

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

/**
 * @param name The function or option, for the message.
 * @throws {ConfigurationError} No scope, or an invalid one.
 */
export function readScopes(scopes: readonly string[], name: string): readonly string[] {
  if (
    !Array.isArray(scopes) ||
    scopes.length === 0 ||
    !scopes.every((scope) => typeof scope === "string" && scopeToken.test(scope))
  ) {
    throw new ConfigurationError(`${name}: name the scopes one by one, such as "tasks:write".`);
  }
  return Object.freeze([...scopes]);
}

function grants(claims: unknown, needed: readonly string[]): boolean {
  const granted = grantedScopes(claims);
  return needed.every((scope) => granted.includes(scope));
}

/** The scopes in the claim `scope`. */
export function grantedScopes(claims: unknown): readonly unknown[] {
  const { scope } = (claims ?? {}) as { scope?: unknown };
  if (typeof scope === "string") return scope.split(" ");
  return Array.isArray(scope) ? scope : [];
}
