/**
 * Freezes what `JSON.parse` made, all the way down. A loop and not a recursion: claims may be nested deeper
 * than the stack is. Not for anything else: it has no end where objects hold each other.
 */
export function deepFreeze<Value extends object>(value: Value): Value {
  let pending = freezeOne(value, undefined);
  while (pending !== undefined && pending.length > 0) pending = freezeOne(pending.pop() as object, pending);
  return value;
}

/** Freezes one object, and adds what it holds to `pending`, which for flat claims is never made. */
function freezeOne(value: object, pending: unknown[] | undefined): unknown[] | undefined {
  let more = pending;
  // Before freezing, and with `in`: that is several times faster than to list a frozen object's keys.
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (typeof part === "object" && part !== null) {
      more ??= [];
      more.push(part);
    }
  }
  Object.freeze(value);
  return more;
}

/**
 * Freezes what a schema made, as far as that goes: plain objects and arrays, also those below others that are
 * frozen already or that hold each other.
 *
 * @returns Whether nothing in it can be changed any more. A Map, a Set, a Date, bytes, an object of a class,
 *   a function or a property with a getter has a state that freezing does not reach. False also where looking
 *   at it throws.
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

function isPlain(value: unknown): value is object {
  const prototype: unknown =
    typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
