/** How many names are remembered, and their characters. Clients choose the names. */
const [most, longest] = [500, 64];

/**
 * Remembers what a function says about header names, because most requests have the same ones.
 *
 * @param read Must depend on the name only.
 */
export function rememberNames<Value>(read: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before as Value;
    const value = read(name);
    if (known.size < most && name.length <= longest) known.set(name, value);
    return value;
  };
}
