import { IssuerError } from "../errors.ts";

/**
 * Converts claims to the plain JSON object that will be signed. A getter or a `toJSON` runs here, before the
 * claims are checked, and so cannot replace claims after the check.
 *
 * @param rule - the error message when the value is not an object
 * @throws {IssuerError} when the value is not an object, or cannot be represented in JSON
 */
export function plainClaims(claims: unknown, rule: string): Record<string, unknown> {
  const plain = throughJson(claims);
  if (typeof plain === "object" && plain !== null && !Array.isArray(plain))
    return plain as Record<string, unknown>;
  throw new IssuerError(`usherJwt: ${rule}.`);
}

function throughJson(claims: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(claims) ?? "null");
  } catch {
    throw new IssuerError(
      "usherJwt: the claims cannot be written as JSON: they have a BigInt, a cycle, or a toJSON that throws.",
    );
  }
}
