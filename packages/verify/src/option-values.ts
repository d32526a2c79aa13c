import { ConfigurationError } from "./errors.ts";

export function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/**
 * Returns one string, or several, as a list.
 *
 * @param advice The message: what to set.
 * @throws {ConfigurationError} Not a string, an empty one, or an empty list.
 */
export function stringList(value: string | readonly string[], advice: string): readonly string[] {
  const list = typeof value === "string" ? [value] : value;
  if (Array.isArray(list) && list.length > 0 && list.every(isNonEmptyString)) return Object.freeze([...list]);
  throw new ConfigurationError(advice);
}

/** @throws {ConfigurationError} Not an integer, or out of range (both ends included). */
export function integerWithin(value: number, name: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new ConfigurationError(`${name}: must be an integer from ${least} to ${most}.`);
  }
  return value;
}
