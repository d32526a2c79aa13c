const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A token that was tampered with, and what was done to it. */
export type Tampered = {
  token: string;
  /** Which character of the signature: 1 is the first. */
  position: number;
  was: string;
  is: string;
};

/**
 * The same token with one character of its signature changed, in the middle.
 *
 * Not the last one: of its six bits some are spare (RFC 4648 section 3.5), and changing those may leave the
 * signature's bytes as they were. Undefined when there is no signature to change.
 */
export function tamperSignature(token: string): Tampered | undefined {
  const start = token.lastIndexOf(".") + 1;
  const signature = token.slice(start);
  const middle = Math.floor((signature.length - 1) / 2);
  const was = signature.charAt(middle);
  const digit = ALPHABET.indexOf(was);
  if (signature.length < 2 || digit === -1) return undefined;
  const is = ALPHABET.charAt((digit + 32) % 64);
  const tampered = token.slice(0, start + middle) + is + token.slice(start + middle + 1);
  return { token: tampered, position: middle + 1, was, is };
}
