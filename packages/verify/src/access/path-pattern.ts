import { ConfigurationError } from "../errors.ts";

/** The parameters of a path pattern, as a type. */
export type PathParams<Path extends string> = Path extends `${string}/:${infer Name}/${infer Rest}`
  ? { readonly [Key in Name | keyof PathParams<`/${Rest}`>]: string }
  : Path extends `${string}/:${infer Name}`
    ? { readonly [Key in Name]: string }
    : Readonly<Record<never, string>>;

/** A path that matches one of the patterns, and its parameters, decoded once. */
interface PathMatch {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the first pattern that matches a path. Returns `undefined` if none does, or if an escape is not
 * UTF-8.
 */
export type MatchPath = (pathname: string) => PathMatch | undefined;

/**
 * Path patterns for servers without a router. A pattern consists of `/`, literal segments and parameters:
 * `/api/:userId/tasks`. A parameter is one whole segment, never empty, decoded once by `decodeURIComponent`.
 * A last segment `*` matches any rest, even an empty one. Literals are compared exactly as the request spells
 * them; a trailing slash counts.
 *
 * @throws {ConfigurationError} An invalid pattern, or a name that occurs twice in one.
 */
export function createPathMatcher(paths: string | readonly string[]): MatchPath {
  const list = typeof paths === "string" ? [paths] : paths;
  if (!Array.isArray(list) || list.length === 0) {
    throw new ConfigurationError('path: give a pattern such as "/api/:userId/tasks", or a list of them.');
  }
  const patterns = list.map(compile);
  return (pathname) => {
    const segments = pathname.split("/");
    for (const { path, parts } of patterns) {
      const params = fit(parts, segments);
      if (params !== undefined) return { path, params };
    }
    return undefined;
  };
}

interface Pattern {
  readonly path: string;
  readonly parts: readonly string[];
}

function compile(path: string): Pattern {
  const parts = typeof path === "string" ? path.split("/") : [];
  const names = parts.filter((part) => part.startsWith(":"));
  const isWellFormed =
    parts[0] === "" &&
    parts.length > 1 &&
    names.every((name) => /^:[A-Za-z_]\w*$/.test(name)) &&
    parts.every((part, index) => (part === "*" ? index === parts.length - 1 : !/[*?#(){}]/.test(part)));
  if (!isWellFormed) {
    throw new ConfigurationError(
      `path: ${JSON.stringify(path)} is not a valid pattern. It must begin with a slash. A parameter is a whole segment, ":name". Only the last segment may be "*".`,
    );
  }
  if (new Set(names).size !== names.length) {
    throw new ConfigurationError(`path: ${path} has a parameter twice. Rename one of them.`);
  }
  return { path, parts };
}

function fit(parts: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const hasRest = parts.at(-1) === "*";
  if (hasRest ? segments.length < parts.length : segments.length !== parts.length) return undefined;
  // No prototype: a parameter may have any name.
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] as string;
    if (part === "*") return params;
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decode(segment);
    if (value === undefined || value === "") return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function decode(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
