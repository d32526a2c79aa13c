import type { Operation } from "../document/operation.ts";

/**
 * Whether a path, once a server has tidied it up (doubled slashes, dot segments), is that of another documented
 * operation: what it answers then is no affair of this one.
 */
export function isOtherRoute(
  path: string,
  operation: Operation,
  operations: readonly Operation[],
  base: string,
): boolean {
  const [pathname = ""] = path.split("?", 1);
  const tidy = new URL(pathname.replaceAll(/\/{2,}/g, "/"), "http://any").pathname;
  return operations.some((other) => other.path !== operation.path && patternOf(base + other.path).test(tidy));
}

function patternOf(template: string): RegExp {
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const source = template
    .split(/\{[^}]+\}/)
    .map(literal)
    .join("[^/]+");
  return new RegExp(`^${source}/?$`);
}
