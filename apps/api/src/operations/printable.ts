// What must not reach a terminal or a log out of a request, a database or a variable: C0 and C1 controls
// (escape sequences), what reorders the text around it (Unicode Standard Annex #9), and what some readers
// take for the end of a line.

const inText = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * In JSON, C0 controls are escapes. Those that stay come first, so that `\\u001b`, which is text, is not
 * taken for one.
 */
const inJson = /(\\[\\"/nt])|\\u00[01][\da-f]|\\[bfr]|[\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/giu;

/** Lines as one, without unprintable characters. */
export function printableLine(text: string): string {
  const lines = text.split(/[\r\n\u0085\u2028\u2029]/).map((line) => line.replaceAll(inText, "").trim());
  return lines.filter((line) => line !== "").join(" ");
}

/**
 * A line of JSON in whose strings nothing is unprintable, not even for a reader who decodes its escapes, but
 * line feeds and tabs: a stack trace has lines.
 */
export function printableJson(line: string): string {
  return line.replaceAll(inJson, (_found, kept: string | undefined) => kept ?? "");
}
