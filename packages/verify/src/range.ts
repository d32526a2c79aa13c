import { ConfigurationError } from "./errors.ts";

/** @throws {ConfigurationError} The value is no integer, or not within the range (both ends included). */
export function integerWithin(value: number, name: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new ConfigurationError(`${name}: must be an integer from ${least} to ${most}.`);
  }
  return value;
}
