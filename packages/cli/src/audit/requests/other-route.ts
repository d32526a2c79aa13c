import type { Operation } from "../document/operation.ts";

/**
 * Whether a path, once a server has tidied it up (doubled slashes, dot segments), is that of another
 * documented operation: what it answers then is no affair of this one.
 */
export function isOtherRoute(
  path: string,
  operation: Operation,
  operations: readonly Operation[],
  base: string,
): boolean {
  const [pathname = ""] = path.split("?", 1);
  const tidy = new URL(pathname.replaceAll(/\/{2,}/g, "/"), "http://any").pathname
    .replace(/\/$/, "")
    .split("/");
  return operations.some(
    (other) => other.path !== operation.path && fits(tidy, (base + other.path).split("/")),
  );
}

function fits(segments: readonly string[], template: readonly string[]): boolean {
  return (
    segments.length === template.length &&
    template.every((part, index) => fitsOne(segments[index] ?? "", part))
  );
}

/** Whether a segment is what the template has there; a parameter stands for one character or more. */
function fitsOne(segment: string, template: string): boolean {
  const [start = "", ...others] = template.split(/\{[^{}]+\}/);
  const end = others.pop();
  if (end === undefined) return segment === start;
  let at = segment.startsWith(start) ? start.length : -1;
  for (const literal of others) {
    const found = at === -1 ? -1 : segment.indexOf(literal, at + 1);
    at = found === -1 ? -1 : found + literal.length;
  }
  return at !== -1 && segment.endsWith(end) && segment.length - end.length > at;
}
