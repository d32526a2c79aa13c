import { authErrorCodes } from "@usher-auth/verify";
import { httpProblem } from "@usher-auth/verify/http";

/** What a label says instead of a value that is not known. Semantic conventions, `http.request.method`. */
const other = "_OTHER";

/** Semantic conventions for HTTP metrics, `http.request.method`: the methods of RFC 9110, PATCH and QUERY. */
const methods: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "QUERY",
  "TRACE",
]);

/** Codes of requests and logout tokens, and those of the logout endpoint for a message that has no token. */
const codes: ReadonlySet<string> = new Set([
  ...authErrorCodes,
  httpProblem(400).code,
  httpProblem(413).code,
  httpProblem(415).code,
]);

/** A method, as a label: anyone can make up others. */
export function methodLabel(method: string): string {
  return methods.has(method) ? method : other;
}

/** A code, as a label: another version of the package may have more. */
export function codeLabel(code: string): string {
  return codes.has(code) ? code : other;
}

/**
 * Limits the number of values that a label can have. The values are the application's own, such as its routes, and
 * a mistake must not become millions of series: any further one is `_OTHER`.
 */
export function limitedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return other;
    known.add(value);
    return value;
  };
}
