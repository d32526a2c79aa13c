import { ConfigurationError } from "../errors.ts";
import { isScope } from "../option-values.ts";

/**
 * Validates a list of scopes.
 *
 * @param name The function or option, for the message.
 * @throws {ConfigurationError} No scope, or an invalid one.
 */
export function readScopes(scopes: readonly string[], name: string): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every(isScope)) {
    throw new ConfigurationError(`${name}: name the scopes one by one, such as "tasks:write".`);
  }
  return Object.freeze([...scopes]);
}

/** The scopes in the text of a `scope` claim (RFC 8693 section 4.2). */
export function scopesOf(scope: unknown): readonly string[] {
  return typeof scope === "string" ? scope.split(" ") : [];
}

/** The scopes in the claim `scope`: a text, or a list as some issuers send. Its members may be anything. */
export function grantedScopes(claims: unknown): readonly unknown[] {
  const { scope } = (claims ?? {}) as { scope?: unknown };
  return Array.isArray(scope) ? scope : scopesOf(scope);
}

export function grantsScopes(granted: readonly unknown[], needed: readonly string[]): boolean {
  return needed.every((scope) => granted.includes(scope));
}
