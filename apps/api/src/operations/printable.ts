// Text from a request, a database or a variable must not control the terminal that shows it. Removed are C0
// and C1 controls (escape sequences), characters that reorder the text around them (Unicode Standard Annex
// #9), and the line and paragraph separators, which some readers treat as the end of a line.

const inText = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * In JSON, C0 controls are escapes. The escapes that stay come first, so that `\\u001b`, which is plain text,
 * does not match.
 */
const inJson = /(\\[\\"/nt])|\\u00[01][\da-f]|\\[bfr]|[\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/giu;

/** Joins the lines of a text to one, without unprintable characters. */
export function printableLine(text: string): string {
  const lines = text.split(/[\r\n\u0085\u2028\u2029]/).map((line) => line.replaceAll(inText, "").trim());
  return lines.filter((line) => line !== "").join(" ");
}

/**
 * Removes unprintable characters from a line of JSON, also where they are escaped. Line feeds and tabs stay:
 * a stack trace has lines.
 */
export function printableJson(line: string): string {
  return line.replaceAll(inJson, (_found, kept: string | undefined) => kept ?? "");
}
