/**
 * Everything that moves the cursor, changes colours, breaks lines, or hides or turns text round, but for the
 * newline.
 */
const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Characters of one line. Servers and tokens may send a megabyte. */
const longestLine = 1000;

/**
 * Text with whatever a terminal would obey, or a person would not see, written as JSON escapes it. For output
 * with parts out of tokens, files and other servers' answers: nobody has vouched for those. Keeps JSON the
 * same JSON.
 */
export function escapeControl(text: string): string {
  return text.replaceAll(invisible, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** The same on one line, and no longer than anyone reads: a part of it cannot pass for a line of its own. */
export function escapeLine(text: string): string {
  const start =
    text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
  return escapeControl(start).replaceAll("\n", "\\n");
}
