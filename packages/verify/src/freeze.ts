/**
 * Freezes plain objects and arrays all the way down; other objects (dates of a schema's making, say) stay as they are.
 * A loop and not a recursion: claims may be nested deeper than the stack is.
 */
export function deepFreeze<Value>(value: Value): Value {
  let pending = isPlain(value) ? freezeOne(value, undefined) : undefined;
  while (pending !== undefined && pending.length > 0) {
    const part = pending.pop();
    if (isPlain(part) && !Object.isFrozen(part)) pending = freezeOne(part, pending);
  }
  return value;
}

/** Freezes one object, and adds what it holds to `pending`, which for flat claims is never made. */
function freezeOne(value: Record<string, unknown>, pending: unknown[] | undefined): unknown[] | undefined {
  let more = pending;
  // Before freezing, and with `in`: that is several times faster than to list a frozen object's keys.
  for (const key in value) {
    const part = value[key];
    if (typeof part === "object" && part !== null) {
      more ??= [];
      more.push(part);
    }
  }
  Object.freeze(value);
  return more;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
