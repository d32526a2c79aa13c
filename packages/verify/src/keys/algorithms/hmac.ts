// By default import: a named one would not even load where `hash` is absent.
import crypto, { createHmac, createSecretKey } from "node:crypto";
import { macRoom, type SignedBytes } from "../../token/signed-bytes.ts";

/** RFC 2104 section 2. */
const [innerPad, outerPad] = [0x36, 0x5c];

/** The HMAC over a token's bytes. The result is in a buffer that the next call overwrites. */
export type Mac = (signed: SignedBytes) => Buffer;

/** `crypto.hash`, as far as it is used here. */
export interface OneShotHash {
  (algorithm: string, data: Uint8Array, encoding: "binary"): string;
  (algorithm: string, data: Uint8Array, encoding: "buffer"): Buffer;
}

/**
 * Prepares HMAC (RFC 2104) with a key: two one-shot hashes over buffers that exist already, which is less
 * than half of what `createHmac` costs for a token. Where Node has no one-shot hash, `createHmac` does it.
 *
 * @param oneShot `crypto.hash`, which Node has from 20.12 on and other runtimes may lack; null where it is
 *   absent.
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
  return ({ buffer, end }) => createHmac(algorithm, key).update(buffer.subarray(macRoom, end)).digest();
}

function macByOneShotHash(algorithm: string, key: Uint8Array, oneShot: OneShotHash): Mac {
  // Bytes that the hash takes at a time (FIPS 180-4), and so the length of HMAC's key blocks; of the SHA-2 in
  // use here.
  const blockLength = algorithm === "sha256" ? 64 : 128;
  const start = macRoom - blockLength;
  // RFC 2104 section 3: a key longer than a block is hashed first; a shorter one is filled up with zeros.
  const shortened = key.length > blockLength ? oneShot(algorithm, key, "buffer") : key;
  const digest = Buffer.from(oneShot(algorithm, key, "buffer"));
  const inner = keyBlock(shortened, blockLength, innerPad);
  const outer = Buffer.concat([keyBlock(shortened, blockLength, outerPad), digest]);

  return ({ buffer, end }) => {
    // A hash as text of one character a byte costs a third of one as a buffer: there is nothing to allocate
    // outside of the heap.
    buffer.set(inner, start);
    outer.write(oneShot(algorithm, buffer.subarray(start, end), "binary"), blockLength, "latin1");
    digest.write(oneShot(algorithm, outer, "binary"), 0, "latin1");
    return digest;
  };
}

function keyBlock(key: Uint8Array, length: number, pad: number): Buffer {
  const block = Buffer.alloc(length, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
