import { constants, createVerify, type KeyObject, verify } from "node:crypto";

/** RFC 7518 section 3.5: the salt is as long as the hash. */
const pssOptions = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const;

/** Whether a signature over some bytes is valid. */
export type PssVerify = (bytes: Uint8Array, signature: Uint8Array) => boolean;

/**
 * Prepares RSASSA-PSS verification (RFC 7518 section 3.5) with a key.
 *
 * workerd's `verify` accepts no KeyObject together with options, and ignores the padding together with a PEM.
 * Its `createVerify` applies both padding and salt length. This function tries which one works when the key
 * is read, so that no token waits for it.
 */
export function createPssVerify(hash: string, material: KeyObject): PssVerify {
  const key = { key: material, ...pssOptions };
  try {
    verify(hash, Buffer.alloc(1), key, Buffer.alloc(1));
    return (bytes, signature) => verify(hash, bytes, key, signature);
  } catch {
    const pem = { key: material.export({ format: "pem", type: "spki" }), ...pssOptions };
    return (bytes, signature) => createVerify(hash).update(bytes).verify(pem, signature);
  }
}
