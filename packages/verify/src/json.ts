import { isUtf8 } from "node:buffer";

/** A JSON object as `JSON.parse` makes it: an own `__proto__` in it is data and changes no prototype. */
export type JsonObject = Record<string, unknown>;

/**
 * The JSON object that the bytes are, or undefined where they are not UTF-8, not JSON, or not an object.
 * RFC 7515 section 5.2 steps 3 and 4 ask for exactly this.
 */
export function parseJson(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
