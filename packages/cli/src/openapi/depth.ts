/**
 * Whether a value from JSON or YAML is nested deeper than this, or contains itself. Checked first because
 * later code walks values recursively, and would overflow the stack.
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
