import type { RouteParams } from "../../access/owner.ts";

/**
 * The parameters of a path that fits a pattern of whole segments, `/users/:userId/tasks`, by their places:
 * for a router that has found that it fits, and hands its parameters over where nobody else can read them.
 * Each is decoded once.
 *
 * @returns `undefined` for a pattern of any other kind, and for what cannot be decoded.
 */
export function readPlainParams(pattern: unknown, path: string): RouteParams | undefined {
  if (typeof pattern !== "string" || /[*+?(){}[\]\\"]|[^/]:/.test(pattern)) return undefined;
  const parts = pattern.split("/");
  const segments = path.split("/");
  // A router that is not strict takes a slash at the end for none.
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
