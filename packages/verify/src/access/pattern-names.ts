/**
 * The names of the parameters in a path-to-regexp pattern (Express, @koa/router), optional ones too:
 * `/users{/:userId}`, `/users/:userId?`, `/*path`, `/:"user-id"`; the named groups of a regular expression;
 * the names of every pattern in a list.
 */
export function patternNames(pattern: unknown): readonly string[] {
  if (Array.isArray(pattern)) return pattern.flatMap(patternNames);
  if (pattern instanceof RegExp)
    return [...pattern.source.matchAll(/\(\?<([\w$]+)>/g)].map(([, name]) => name as string);
  if (typeof pattern !== "string") return [];
  // A backslash escapes the next character.
  return [...pattern.matchAll(/\\.|[:*]"([^"]*)"|[:*]([\p{ID_Continue}$]+)/gu)].flatMap(
    ([, quoted, plain]) => quoted ?? plain ?? [],
  );
}
