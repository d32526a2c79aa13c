/**
 * Freezes what `JSON.parse` returned, deeply. Not recursive: claims may be nested deeper than the stack. Does
 * not terminate for cyclic objects.
 */
export function deepFreeze<Value extends object>(value: Value): Value {
  const pending: object[] = [value];
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    for (const part of Object.values(object)) {
      if (typeof part === "object" && part !== null) pending.push(part);
    }
    Object.freeze(object);
  }
  return value;
}

/**
 * Freezes the output of a schema as far as possible: plain objects and arrays, also inside frozen and cyclic
 * ones.
 *
 * @returns Whether the value is now immutable. Not so for a Map, a Set, a Date, bytes, a class instance, a
 *   function or a getter: freezing does not reach their state. False also if inspecting it throws.
 */
export function freezeThrough(value: unknown): boolean {
  try {
    return freezeGraph(value);
  } catch {
    return false;
  }
}

function freezeGraph(value: unknown): boolean {
  const pending = [value];
  const seen = new Set<unknown>();
  let isImmutable = true;
  while (pending.length > 0) {
    const part = pending.pop();
    if (isPrimitive(part) || seen.has(part)) continue;
    seen.add(part);
    if (!isPlain(part)) {
      isImmutable = false;
      continue;
    }
    for (const key of Reflect.ownKeys(part)) {
      const property = Object.getOwnPropertyDescriptor(part, key);
      if (property !== undefined && "value" in property) pending.push(property.value);
      else isImmutable = false;
    }
    Object.freeze(part);
  }
  return isImmutable;
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null;
}

/** @param value Not a primitive. */
function isPlain(value: unknown): value is object {
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
