/** Whitespace, or an escaped or percent-encoded newline: what a shell, a template or a URL makes of one. */
const atStart = /^(?:\s|\\[nrt]|%0[AD]|%20)+/i;
const atEnd = /(?:\s|\\[nrt]|%0[AD]|%20)$/i;
/** Characters of the longest of those. */
const longest = 3;

/** A text without the whitespace at its ends, in any spelling. Looks at each character once. */
export function trimWhitespace(text: string): string {
  const start = atStart.exec(text)?.[0].length ?? 0;
  let end = text.length;
  for (let space = spaceAt(end); space > 0; space = spaceAt(end)) end -= space;
  return text.slice(start, Math.max(start, end));

  function spaceAt(place: number): number {
    return atEnd.exec(text.slice(Math.max(start, place - longest), place))?.[0].length ?? 0;
  }
}

/** What is within a pair of quotes, which an escape may stand before, or undefined. */
export function unquote(text: string): string | undefined {
  const quote = /^\\?["'`]/.exec(text)?.[0];
  const isQuoted = quote !== undefined && text.length >= 2 * quote.length && text.endsWith(quote);
  return isQuoted ? text.slice(quote.length, -quote.length) : undefined;
}

/** A text without the slashes at its end. */
export function trimTrailingSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end--;
  return text.slice(0, end);
}
