/**
 * The characters that a text may end with, by its length modulo four. Spare bits must be zero (RFC 4648
 * section 3.5).
 */
const endings = [undefined, "", "AQgw", "AEIMQUYcgkosw048"] as const;

/**
 * Decodes canonical base64url into `target` and returns the number of bytes. Returns -1 for an empty text and
 * for anything not canonical: padding, other characters, an impossible length, or spare bits that are not
 * zero. Without the last rule, one signature would have several spellings.
 *
 * Node's decoder does the work. It skips unknown characters, and the number of bytes reveals that. The caller
 * must exclude what the decoder accepts beyond base64url: `+` and `/` of plain base64, and characters beyond
 * Latin-1, of which it uses the low byte.
 *
 * @param text ASCII without `+` and `/`. The caller has checked the whole token.
 * @param target The output, written from its start. At least as long as the text.
 */
export function decodeCanonical(text: string, target: Buffer): number {
  const { length } = text;
  const ending = endings[length % 4];
  if (length === 0 || ending?.includes(text.charAt(length - 1)) === false) return -1;
  const written = target.write(text, 0, "base64url");
  return written === Math.floor((length * 3) / 4) ? written : -1;
}
