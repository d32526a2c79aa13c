/**
 * Bytes kept free before a token's own, so that a MAC's key block fits there: the largest is that of SHA-512.
 */
export const macRoom = 128;

/**
 * What a signature is over: the bytes of a token's first two segments, from `macRoom` up to `end` of `buffer`
 * (RFC 7515 section 5.1).
 *
 * The buffer is the parser's, who fills it anew for the next token: use it at once, in code that nothing
 * interrupts.
 */
export interface SignedBytes {
  readonly buffer: Uint8Array;
  readonly end: number;
}
