import { isUtf8 } from "node:buffer";

/** A JSON object as `JSON.parse` makes it: an own `__proto__` in it is data and changes no prototype. */
export type JsonObject = Record<string, unknown>;

/**
 * The JSON object that the first `length` bytes are, or undefined where they are not UTF-8, not JSON, or not
 * an object. RFC 7515 section 5.2 steps 3 and 4 ask for exactly this.
 */
export function parseJson(bytes: Buffer, length: number): JsonObject | undefined {
  const text = bytes.toString("utf8", 0, length);
  // Decoding puts U+FFFD where the bytes are not UTF-8: a text without one needs no second look.
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
