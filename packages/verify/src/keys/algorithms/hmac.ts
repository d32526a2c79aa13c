// By default import: a named one would not even load where `hash` is absent.
import crypto, { createHmac, createSecretKey } from "node:crypto";

/** RFC 2104 section 2. */
const [innerPad, outerPad] = [0x36, 0x5c];

/** The HMAC of some bytes. The next call overwrites the result. */
export type Mac = (bytes: Uint8Array) => Buffer;

/** `crypto.hash`, as it is used here. */
export interface OneShotHash {
  (algorithm: string, data: Uint8Array, encoding: "binary"): string;
  (algorithm: string, data: Uint8Array, encoding: "buffer"): Buffer;
}

/**
 * Prepares HMAC (RFC 2104) with a key, as two one-shot hashes: `createHmac` takes more than twice the time
 * for a token. Without a one-shot hash, `createHmac` is used.
 *
 * @param oneShot `crypto.hash`, which Node has since 20.12 and other runtimes may lack; null where it
 *   does not exist.
 */
export function createMac(
  algorithm: string,
  key: Uint8Array,
  oneShot: OneShotHash | null = crypto.hash ?? null,
): Mac {
  return oneShot === null ? macByCreateHmac(algorithm, key) : macByOneShotHash(algorithm, key, oneShot);
}

function macByCreateHmac(algorithm: string, bytes: Uint8Array): Mac {
  const key = createSecretKey(bytes);
  return (signed) => createHmac(algorithm, key).update(signed).digest();
}

function macByOneShotHash(algorithm: string, key: Uint8Array, oneShot: OneShotHash): Mac {
  // The block length of the SHA-2 hashes (FIPS 180-4), which is also the length of HMAC's key blocks.
  const blockLength = algorithm === "sha256" ? 64 : 128;
  // RFC 2104 section 3: a key longer than a block is hashed first; a shorter one is padded with zeros.
  const shortened = key.length > blockLength ? oneShot(algorithm, key, "buffer") : key;
  const digest = Buffer.from(oneShot(algorithm, key, "buffer"));
  const inner = keyBlock(shortened, blockLength, innerPad);
  const outer = Buffer.concat([keyBlock(shortened, blockLength, outerPad), digest]);

  return (bytes) => {
    // As "binary" text, a hash costs a third of what it costs as a buffer.
    const message = Buffer.allocUnsafe(blockLength + bytes.length);
    message.set(inner);
    message.set(bytes, blockLength);
    outer.write(oneShot(algorithm, message, "binary"), blockLength, "latin1");
    digest.write(oneShot(algorithm, outer, "binary"), 0, "latin1");
    return digest;
  };
}

function keyBlock(key: Uint8Array, length: number, pad: number): Buffer {
  const block = Buffer.alloc(length, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
