/** Control, format and separator characters, except the newline. They can move the cursor or hide text. */
const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Characters. Servers and tokens may contain a megabyte. */
const longestLine = 1000;

/**
 * Escapes control characters as JSON does. For output with text from tokens, files and other servers, which
 * could otherwise control the terminal. JSON stays equivalent JSON.
 */
export function escapeControl(text: string): string {
  return text.replaceAll(invisible, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** Escapes newlines as well, and cuts off a long text: it cannot look like another line of output. */
export function escapeLine(text: string): string {
  const start =
    text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
  return escapeControl(start).replaceAll("\n", "\\n");
}
