import type { RouteParams } from "../../access/owner.ts";

/**
 * Reads the parameters of a path by their positions, for a pattern of whole segments such as
 * `/users/:userId/tasks`. For a router that has already matched the pattern and passes the parameters where
 * the guard cannot read them. Decodes each one once.
 *
 * @returns `undefined` for other patterns, and for a path that cannot be decoded.
 */
export function readPlainParams(pattern: unknown, path: string): RouteParams | undefined {
  if (typeof pattern !== "string" || /[*+?(){}[\]\\"]|[^/]:/.test(pattern)) return undefined;
  const parts = pattern.split("/");
  const segments = path.split("/");
  // A router that is not strict ignores a trailing slash.
  if (segments.length === parts.length + 1 && segments.at(-1) === "") segments.pop();
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  try {
    for (const [index, part] of parts.entries()) {
      if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(segments[index] as string);
    }
  } catch {
    return undefined;
  }
  return params;
}
