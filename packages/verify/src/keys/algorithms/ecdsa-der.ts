const [sequence, integer, oneByteLength] = [0x30, 0x02, 0x81];

/**
 * The DER of an ECDSA signature (RFC 3279 section 2.2.3), out of R and S side by side, as a JWS has them (RFC
 * 7518 section 3.4). Node takes either, but the JWS form only with the key in an options object, and there it
 * spends a fifth of the whole verification on looking the key up.
 *
 * Judges nothing: whatever R and S are, they are written as they are, and the verification refuses them.
 *
 * @param signature Of even length, up to 132 bytes.
 */
export function toDer(signature: Uint8Array): Buffer {
  const half = signature.length / 2;
  const numbers = [...integerOf(signature.subarray(0, half)), ...integerOf(signature.subarray(half))];
  const length = numbers.length < 128 ? [numbers.length] : [oneByteLength, numbers.length];
  return Buffer.from([sequence, ...length, ...numbers]);
}

/** The shortest form: no leading zeros, but one where the first bit would else make it negative. */
function integerOf(bytes: Uint8Array): number[] {
  // Of zeros alone the last one stays: -1 counts from the end.
  const significant = [...bytes.subarray(bytes.findIndex((byte) => byte !== 0))];
  const padded = (significant[0] as number) < 128 ? significant : [0, ...significant];
  return [integer, padded.length, ...padded];
}
