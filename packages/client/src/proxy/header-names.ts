/**
 * Whether a header's name is in a list.
 *
 * @param list - lower-case names, separated by white space. `x-a-*` means all names that begin with `x-a-`.
 */
export function headerNames(list: string): (name: string) => boolean {
  const names = list.trim().split(/\s+/);
  const exact = new Set(names.filter((name) => !name.endsWith("*")));
  const prefixes = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
