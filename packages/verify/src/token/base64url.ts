/**
 * By a text's length modulo four: the characters that it may end with. Where bits are left that no byte has a
 * use for, they must be zero (RFC 4648 section 3.5).
 */
const endings = [undefined, "", "AQgw", "AEIMQUYcgkosw048"] as const;

/**
 * Decodes canonical base64url into `target`, and returns the number of bytes; -1 where the text is empty or
 * anything but canonical: padding, another character, a length that no bytes have, or spare bits that are not
 * zero. The last rule matters for the signature: without it one token has several spellings.
 *
 * Node's own decoder does the work. It passes over characters that it does not know, which the count then
 * shows. What it knows and base64url does not, the caller has to keep away: `+` and `/` of plain base64, and
 * characters beyond Latin-1, which it takes for those that their low bytes are.
 *
 * @param text ASCII only, and without `+` and `/`; the caller has seen to that, for the whole token at once.
 * @param target Where to write, from its start. At least as long as the text.
 */
export function decodeCanonical(text: string, target: Buffer): number {
  const { length } = text;
  const ending = endings[length % 4];
  if (length === 0 || ending?.includes(text.charAt(length - 1)) === false) return -1;
  const written = target.write(text, 0, "base64url");
  return written === Math.floor((length * 3) / 4) ? written : -1;
}
