/** The value of each base64url character by its char code (RFC 4648 section 5), 255 for every other character. */
const values = new Uint8Array(128).fill(255);
for (const [value, character] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  values[character.charCodeAt(0)] = value;
}

/**
 * Whether `text` between `start` and `end` is non-empty, canonical base64url: no padding, no other character, no length
 * that no bytes have, and zero in the bits that the last character has to spare.
 *
 * The last rule matters for the signature: without it one token has several spellings.
 */
export function isCanonicalBase64url(text: string, start: number, end: number): boolean {
  const remainder = (end - start) % 4;
  if (end <= start || remainder === 1) return false;

  let value = 0;
  for (let index = start; index < end; index++) {
    // A char code past the table reads undefined; `?? 255` makes it as wrong as any other.
    value = values[text.charCodeAt(index)] ?? 255;
    if (value === 255) return false;
  }
  if (remainder === 2) return (value & 0b1111) === 0;
  if (remainder === 3) return (value & 0b11) === 0;
  return true;
}
