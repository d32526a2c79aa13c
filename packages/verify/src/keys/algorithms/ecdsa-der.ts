const [sequence, integer, oneByteLength] = [0x30, 0x02, 0x81];

/**
 * Converts an ECDSA signature from R and S side by side, as in a JWS (RFC 7518 section 3.4), to DER (RFC 3279
 * section 2.2.3). Node accepts the JWS form only with the key in an options object, and then spends a fifth
 * of the verification on looking up the key.
 *
 * Validates nothing: R and S are copied as they are, and the verification rejects invalid ones.
 *
 * @param signature Of even length, up to 132 bytes.
 */
export function toDer(signature: Uint8Array): Buffer {
  const half = signature.length / 2;
  const numbers = [...integerOf(signature.subarray(0, half)), ...integerOf(signature.subarray(half))];
  const length = numbers.length < 128 ? [numbers.length] : [oneByteLength, numbers.length];
  return Buffer.from([sequence, ...length, ...numbers]);
}

/**
 * The shortest form: no leading zeros, except one if the first bit is set and the number would be negative.
 */
function integerOf(bytes: Uint8Array): number[] {
  // If all are zeros, keep the last one: an index of -1 counts from the end.
  const significant = [...bytes.subarray(bytes.findIndex((byte) => byte !== 0))];
  const padded = (significant[0] as number) < 128 ? significant : [0, ...significant];
  return [integer, padded.length, ...padded];
}
