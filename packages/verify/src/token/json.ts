/** A JSON object from `JSON.parse`: an own `__proto__` is data and changes no prototype. */
export type JsonObject = Record<string, unknown>;

const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON object. Returns undefined if the bytes are not UTF-8, not JSON, or not an object (RFC 7515
 * section 5.2, steps 3 and 4).
 */
export function parseJson(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
