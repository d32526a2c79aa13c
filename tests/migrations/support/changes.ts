/**
 * Applies the changes of a `diff` block to a program: in each part, lines that begin with a space or a minus
 * must stand in the program in this order and once, and are replaced with those that begin with a space or a
 * plus. `@@` separates parts.
 *
 * @throws {Error} A part does not fit, or fits more than once.
 */
export function applyChanges(program: string, changes: string): string {
  return changes
    .trimEnd()
    .split(/^@@.*\n/m)
    .filter((part) => part !== "")
    .reduce(applyPart, program);
}

function applyPart(program: string, part: string): string {
  const lines = part.trimEnd().split("\n");
  const text = (marks: string) =>
    lines
      .filter((line) => line === "" || marks.includes(line.charAt(0)))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const [old, replacement] = [text(" -"), text(" +")];
  const [start, rest, ...others] = `\n${program}`.split(`\n${old}`);
  if (start === undefined || rest === undefined || others.length > 0)
    throw new Error(`${others.length > 0 ? "fits more than once" : "does not fit"}:\n${part}\n${program}`);
  return `${start}\n${replacement}${rest}`.slice(1);
}
