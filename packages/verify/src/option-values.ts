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

/** RFC 6749 section 3.3, `scope-token`: printable ASCII without spaces, quotes and backslashes. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether a value is one OAuth scope. It needs no escape in a header. */
export function isScope(value: unknown): value is string {
  return typeof value === "string" && scopeToken.test(value);
}

/** Whether a URL's host is this machine, so that http needs no encryption. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/.test(hostname);
}

/** @throws {ConfigurationError} Not an integer, or out of range (both ends included). */
export function integerWithin(value: number, name: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new ConfigurationError(`${name}: must be an integer from ${least} to ${most}.`);
  }
  return value;
}
