import { createECDH, createHmac } from "node:crypto";
import { type PairName, privateJwk } from "./keys.ts";

/** The order of each curve (FIPS 186-5), its name in OpenSSL, and the length of R and of S in bytes. */
const curves: Readonly<Record<string, readonly [order: bigint, name: string, length: number]>> = {
  "P-256": [0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, "prime256v1", 32],
  "P-384": [
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    "secp384r1",
    48,
  ],
  "P-521": [
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    "secp521r1",
    66,
  ],
};

/**
 * ECDSA with a nonce that depends on key and message only, because Node's own is random and the vectors must
 * not change. For test keys: the nonce is not RFC 6979's.
 *
 * @param highS Returns the other of the two valid signatures, (R, n - S).
 */
export function signEcdsa(pair: PairName, digest: Buffer, highS = false): Buffer {
  const { d = "", crv = "" } = privateJwk(pair);
  const [order, name, length] = curves[crv] as readonly [bigint, string, number];
  const key = numberOf(Buffer.from(d, "base64url"));
  const nonce = (nonceBytes(d, digest) % (order - 1n)) + 1n;

  const point = createECDH(name);
  point.setPrivateKey(bytesOf(nonce, length));
  // 0x04, x, y
  const r = numberOf(point.getPublicKey().subarray(1, 1 + length)) % order;
  // The hash is never longer than the order here, so none of its bits are dropped.
  const s = (power(nonce, order - 2n, order) * (numberOf(digest) + r * key)) % order;
  const isHigh = s > order / 2n;
  return Buffer.concat([bytesOf(r, length), bytesOf(isHigh === highS ? s : order - s, length)]);
}

function nonceBytes(key: string, digest: Buffer): bigint {
  const part = (label: string) => createHmac("sha512", key).update(label).update(digest).digest();
  return numberOf(Buffer.concat([part("first"), part("second")]));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [factor, rest] = [base, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
}
