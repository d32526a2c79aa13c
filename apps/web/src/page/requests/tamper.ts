const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A tampered token, and the change. */
export type Tampered = {
  token: string;
  /** The position of the changed character in the signature, from 1. */
  position: number;
  was: string;
  is: string;
};

/**
 * Changes one character in the middle of the token's signature.
 *
 * Not the last one: some of its six bits may be unused (RFC 4648 section 3.5), and a change of those leaves
 * the bytes unchanged. Undefined if there is no signature to change.
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
