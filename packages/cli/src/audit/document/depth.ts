/**
 * Whether a value out of JSON or YAML is nested deeper than so many levels, or in itself. What walks it
 * further on calls itself for each level, and a process that runs out of stack ends.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level = new Set<object>();
  const add = (to: Set<object>, member: unknown) => {
    if (typeof member === "object" && member !== null) to.add(member);
  };
  add(level, value);
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === levels) return true;
    const next = new Set<object>();
    for (const one of level) for (const member of Object.values(one)) add(next, member);
    level = next;
  }
  return false;
}
