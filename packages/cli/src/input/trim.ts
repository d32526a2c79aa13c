/** Whitespace, also escaped or percent-encoded, as shells, templates and URLs write it. */
const atStart = /^(?:\s|\\[nrt]|%0[AD]|%20)+/i;
const atEnd = /(?:\s|\\[nrt]|%0[AD]|%20)$/i;
/** The length of the longest of these. */
const longest = 3;

/** The text without surrounding whitespace, in any spelling. Takes linear time. */
export function trimWhitespace(text: string): string {
  const start = atStart.exec(text)?.[0].length ?? 0;
  let end = text.length;
  for (let space = spaceAt(end); space > 0; space = spaceAt(end)) end -= space;
  return text.slice(start, Math.max(start, end));

  function spaceAt(place: number): number {
    return atEnd.exec(text.slice(Math.max(start, place - longest), place))?.[0].length ?? 0;
  }
}

/** The text inside a pair of quotes, which may be escaped; undefined if there are no quotes. */
export function unquote(text: string): string | undefined {
  const quote = /^\\?["'`]/.exec(text)?.[0];
  const isQuoted = quote !== undefined && text.length >= 2 * quote.length && text.endsWith(quote);
  return isQuoted ? text.slice(quote.length, -quote.length) : undefined;
}

/** The text without trailing slashes. */
export function trimTrailingSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end--;
  return text.slice(0, end);
}
