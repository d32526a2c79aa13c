import type { Operation } from "../../openapi/operation.ts";

/**
 * Whether a path belongs to another documented operation once a server has normalised doubled slashes and dot
 * segments. Its answer then says nothing about this operation.
 */
export function isOtherRoute(
  path: string,
  operation: Operation,
  operations: readonly Operation[],
  base: string,
): boolean {
  const [pathname = ""] = path.split("?", 1);
  const normalized = new URL(pathname.replaceAll(/\/{2,}/g, "/"), "http://any").pathname
    .replace(/\/$/, "")
    .split("/");
  return operations.some(
    (other) => other.path !== operation.path && fits(normalized, (base + other.path).split("/")),
  );
}

function fits(segments: readonly string[], template: readonly string[]): boolean {
  return (
    segments.length === template.length &&
    template.every((part, index) => fitsOne(segments[index] ?? "", part))
  );
}

/** Whether a segment fits the template's. A parameter matches one character or more. */
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
