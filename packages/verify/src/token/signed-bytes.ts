/** Free bytes before a token's own, for the key block of an HMAC. SHA-512 has the largest. */
export const macRoom = 128;

/**
 * The bytes that a signature covers: a token's first two segments, from `macRoom` to `end` of `buffer` (RFC
 * 7515 section 5.1).
 *
 * The buffer belongs to the parser, which overwrites it for the next token: use it synchronously.
 */
export interface SignedBytes {
  readonly buffer: Uint8Array;
  readonly end: number;
}
