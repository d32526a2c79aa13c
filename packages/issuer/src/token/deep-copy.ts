/**
 * Copies plain objects, arrays and dates, so that user code cannot change the original. Other objects that a
 * database driver returns are passed on as they are.
 */
export function deepCopy<Value>(value: Value): Value {
  if (value instanceof Date) return new Date(value) as Value;
  if (Array.isArray(value)) return value.map(deepCopy) as Value;
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepCopy(inner)])) as Value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
