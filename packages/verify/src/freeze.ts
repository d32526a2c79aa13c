/**
 * Freezes plain objects and arrays all the way down; other objects (dates of a schema's making, say) stay as they are.
 * A loop and not a recursion: claims may be nested deeper than the stack is.
 */
export function deepFreeze<Value>(value: Value): Value {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (!isPlain(next) || Object.isFrozen(next)) continue;
    // Before freezing, and with `in`: that is several times faster than to list a frozen object's keys.
    for (const key in next) {
      const part = next[key];
      if (typeof part === "object" && part !== null) pending.push(part);
    }
    Object.freeze(next);
  }
  return value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
