/** The value of each base64url character by its char code (RFC 4648 section 5), 255 for every other character. */
const values = new Uint8Array(128).fill(255);
for (const [value, character] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  values[character.charCodeAt(0)] = value;
}

/** Bits of the last character that no byte has a use for, by the length's remainder by four; they must be zero. */
const spareBits: readonly number[] = [0, 0b11_1111, 0b1111, 0b11];

/**
 * Decodes canonical base64url into `target`, and returns the number of bytes; -1 where the text is empty or anything
 * but canonical: padding, another character, a length that no bytes have, or spare bits that are not zero. The last rule
 * matters for the signature: without it one token has several spellings.
 *
 * Node's own decoder does the work. It passes over characters that it does not know, which the count then shows. What it
 * knows and base64url does not, the caller has to keep away: `+` and `/` of plain base64, and characters beyond Latin-1,
 * which it takes for those that their low bytes are.
 *
 * @param text ASCII only, and without `+` and `/`; the caller has seen to that, for the whole token at once.
 * @param target Where to write, from its start. At least as long as the text.
 */
export function decodeCanonical(text: string, target: Buffer): number {
  const { length } = text;
  const remainder = length % 4;
  if (length === 0 || remainder === 1) return -1;
  const last = values[text.charCodeAt(length - 1)] ?? 255;
  if (last === 255 || (last & (spareBits[remainder] as number)) !== 0) return -1;
  const written = target.write(text, 0, "base64url");
  return written === Math.floor((length * 3) / 4) ? written : -1;
}
