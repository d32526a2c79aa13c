/**
 * Parameters that frameworks read as the request's method. Spring, Symfony, Laravel and Rack have `_method`,
 * Wai `_method_override`, and ASP.NET MVC the header's name.
 */
const methodParameters = new Set([
  "_method",
  "_method_override",
  "x_http_method",
  "x_http_method_override",
  "x_method_override",
]);

/**
 * Why a query is rejected; undefined if it passes. It is not decoded, because nothing is judged by it, but
 * what would be another request to the backend is rejected: another method, or a text that ends elsewhere.
 *
 * @param query Begins with a question mark.
 */
export function queryFault(query: string): string | undefined {
  if (/[^!-~]/.test(query)) return "The query has a space, a control or a non-ASCII character.";
  if (query.includes("#")) return "The target has a fragment.";
  if (!/%|method/i.test(query)) return undefined;
  return namesMethod(query.slice(1)) ? "The query has a parameter that replaces the method." : undefined;
}

/** `;` separates parameters too, in older parsers. */
function namesMethod(query: string): boolean {
  return query.split(/[&;]/).some((parameter) => {
    const [name = ""] = parameter.split("=", 1);
    return methodParameters.has(foldedName(name));
  });
}

/**
 * A parameter's name as the most tolerant parsers read it: in any case; PHP removes leading spaces, ends a
 * name at NUL, reads `[` as the start of an index, and turns dots and spaces into underscores; .NET knows
 * `%u005F`.
 */
function foldedName(name: string): string {
  const decoded = name
    .replaceAll("+", " ")
    .replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_escape, long?: string, short?: string) =>
      String.fromCharCode(Number.parseInt(long ?? short ?? "", 16)),
    );
  const ended = decoded.trim().split("\0", 1)[0] ?? "";
  const folded = ended.toLowerCase();
  const index = folded.indexOf("[", 1);
  return (index === -1 ? folded : folded.slice(0, index)).replace(/[^a-z0-9]/g, "_");
}
