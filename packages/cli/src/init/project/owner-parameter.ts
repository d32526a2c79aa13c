import type { ProjectFile } from "./files.ts";

/**
 * How the project's routes spell the parameter with the user's id: `:userId`, `:user_id`, `[userId]`. The
 * most frequent spelling; `userId` if there is none.
 */
export function ownerParameterOf(sources: readonly ProjectFile[]): string {
  const counts = new Map<string, number>();
  for (const { path, text } of sources) {
    for (const [, name = ""] of [...text.matchAll(/[/"'`]:(\w+)/g), ...path.matchAll(/\[(\w+)\]/g)])
      if (/^(?:user(?:Id|ID|id|_id)|uid)$/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "userId";
}
