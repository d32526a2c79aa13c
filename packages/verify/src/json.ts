import { isUtf8 } from "node:buffer";

/** A JSON object as `JSON.parse` makes it: an own `__proto__` in it is data and changes no prototype. */
export type JsonObject = Record<string, unknown>;

/**
 * The JSON object in a base64url segment, or undefined where the bytes are not UTF-8, not JSON, or not an object.
 * RFC 7515 section 5.2 steps 3 and 4 ask for exactly this. The caller has checked that the segment is base64url.
 */
export function parseJsonSegment(segment: string): JsonObject | undefined {
  const bytes = Buffer.from(segment, "base64url");
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
