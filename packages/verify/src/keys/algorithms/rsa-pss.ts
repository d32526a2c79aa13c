import { constants, createVerify, type KeyObject, verify } from "node:crypto";

/** RFC 7518 section 3.5: the salt is as long as the hash, and no other length will do. */
const pssOptions = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const;

/** Whether a signature over bytes is the key's. */
export type PssVerify = (bytes: Uint8Array, signature: Uint8Array) => boolean;

/**
 * Prepares RSASSA-PSS (RFC 7518 section 3.5) with a key.
 *
 * workerd's `verify` takes no KeyObject beside options, and overlooks the padding beside a PEM; its
 * `createVerify` heeds both padding and salt length. Which one serves is tried here, when the key is read,
 * and not while a token waits.
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
