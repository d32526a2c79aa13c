/**
 * The names of the parameters in a pattern of path-to-regexp (Express, @koa/router), those that may be left
 * out too: `/users{/:userId}`, `/users/:userId?`, `/*path`, `/:"user-id"`; the named groups of a regular
 * expression; those of a list.
 */
export function patternNames(pattern: unknown): readonly string[] {
  if (Array.isArray(pattern)) return pattern.flatMap(patternNames);
  if (pattern instanceof RegExp)
    return [...pattern.source.matchAll(/\(\?<([\w$]+)>/g)].map(([, name]) => name as string);
  if (typeof pattern !== "string") return [];
  // A backslash takes its meaning from whatever follows it.
  return [...pattern.matchAll(/\\.|[:*]"([^"]*)"|[:*]([\p{ID_Continue}$]+)/gu)].flatMap(
    ([, quoted, plain]) => quoted ?? plain ?? [],
  );
}
