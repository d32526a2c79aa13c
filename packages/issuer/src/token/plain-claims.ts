import { IssuerError } from "../errors.ts";

/**
 * A payload as it will be written, and nothing behind it that could still change: no getter, no `toJSON` that
 * would put other claims in the place of those that were checked.
 *
 * @param rule - what is said when it is no object of claims
 * @throws {IssuerError} when it is none, or JSON cannot hold it
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
      "usherJwt: claims that JSON cannot hold: a BigInt, a cycle, or a toJSON that throws.",
    );
  }
}

/**
 * A copy for user code to do with as it likes: as deep as plain objects, lists and dates go. What else a
 * database driver hands out is handed on as it is.
 */
export function copyOf<Value>(value: Value): Value {
  if (value instanceof Date) return new Date(value) as Value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)])) as Value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
