/** Everything that moves the cursor, changes colours, or hides or turns text round, but for the newline. */
const invisible = /(?!\n)[\p{Cc}\p{Cf}]/gu;

/**
 * Text with whatever a terminal would obey, or a person would not see, written as JSON escapes it. For output with parts
 * out of tokens and other servers' answers: nobody has vouched for those. Keeps JSON the same JSON.
 */
export function visible(text: string): string {
  return text.replaceAll(invisible, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** An address as part of a line to paste: one that a shell would read as more than a word is not repeated. */
export function pasteable(address: string): string {
  return /^https?:\/\/[\w.:/~%[\]-]+$/.test(address) ? address : "…";
}
