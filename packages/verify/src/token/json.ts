import { isUtf8 } from "node:buffer";

/** A JSON object from `JSON.parse`: an own `__proto__` is data and changes no prototype. */
export type JsonObject = Record<string, unknown>;

/**
 * Parses the first `length` bytes as a JSON object. Returns undefined if they are not UTF-8, not JSON, or not
 * an object (RFC 7515 section 5.2, steps 3 and 4).
 */
export function parseJson(bytes: Buffer, length: number): JsonObject | undefined {
  const text = bytes.toString("utf8", 0, length);
  // Invalid UTF-8 decodes to U+FFFD. A text without it needs no second check.
  if (text.includes("\ufffd") && !isUtf8(bytes.subarray(0, length))) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
