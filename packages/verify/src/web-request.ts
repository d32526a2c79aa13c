/** Where a second credential begins in a field that was joined out of several: a scheme, a space, and something after it. */
const nextCredentials = /,[ \t]*(?=[!#$%&'*+.^_`|~\w-]+[ \t]+\S)/;

/**
 * Every `Authorization` field of a fetch request. `Headers` joins repeated fields with a comma (RFC 9110 section 5.3),
 * which a list of Digest parameters has too; but there no scheme stands after it.
 */
export function joinedAuthorization(headers: { get(name: string): string | null }): string | string[] | undefined {
  const field = headers.get("authorization");
  if (field === null) return undefined;
  return field.includes(",") ? field.split(nextCredentials) : field;
}

/** Whether the query of this URL has an `access_token`, in whatever spelling a query parser would take for it. */
export function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf("?");
  return start !== -1 && new URLSearchParams(url.slice(start)).has("access_token");
}
